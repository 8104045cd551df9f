import type { Schema } from '../../../signature/model-signature.ts'
import { bounded, invalidInput } from '../failures.ts'
import { type DataFrameInit, dataFrame } from '../pandas/data-frame.ts'
import type { LabelledFrame } from '../pandas/labelled-frame.ts'
import { PythonError } from '../python/python-error.ts'
import { pyRepr } from '../python/python-text.ts'
import { isDict, isList, type PyDict, type PyValue, typeName } from '../python/python-value.ts'
import { castFrame } from './cast-frame.ts'

/** The form `dataframe_split`. @throws ServingError BAD_REQUEST */
export function splitFrame(value: PyValue, schema: Schema | undefined): LabelledFrame {
  if (!isDict(value)) {
    const found = isList(value) ? 'list' : `type <class '${typeName(value)}'>`
    throw invalidInput(`Dataframe split format must be a dictionary. Got ${found}.`)
  }
  const known = [...value.keys()].every((key) => key === 'columns' || key === 'data' || key === 'index')
  if (!known || !value.has('data')) {
    throw invalidInput(
      "Dataframe split format must have 'data' field and optionally 'columns' and 'index' fields. " +
        `Got ${keysText(value)}.'`,
    )
  }
  const init = { data: get(value, 'data'), columns: get(value, 'columns'), index: get(value, 'index') }
  return cast(build(init, 'split'), schema)
}

function get(value: PyDict, key: string): PyValue {
  return value.get(key) ?? null
}

function keysText(value: PyDict): string {
  return value.size === 0 ? 'set()' : `{${Array.from(value.keys(), pyRepr).join(', ')}}`
}

/** The form `dataframe_records`. @throws ServingError BAD_REQUEST */
export function recordsFrame(value: PyValue, schema: Schema | undefined): LabelledFrame {
  if (!isList(value)) {
    const found = isDict(value) ? 'dictionary' : `type <class '${typeName(value)}'>`
    throw invalidInput(`Dataframe records format must be a list of records. Got ${found}.`)
  }
  return cast(build({ data: value }, 'records'), schema)
}

function build(init: DataFrameInit, form: 'split' | 'records'): LabelledFrame {
  try {
    return dataFrame(init)
  } catch (error) {
    if (!(error instanceof PythonError)) throw error
    throw invalidInput(
      `Provided dataframe_${form} field is not a valid dataframe representation in '${form}' format. ` +
        `Error: '${bounded(error.message)}'`,
    )
  }
}

function cast(frame: LabelledFrame, schema: Schema | undefined): LabelledFrame {
  return schema === undefined ? frame : castFrame(frame, schema)
}
