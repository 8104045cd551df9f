import { describeSpec } from '../../../signature/describe-schema.ts'
import type { Schema } from '../../../signature/model-signature.ts'
import { invalidInput } from '../failures.ts'
import { arrayOf, stackArrays } from '../numpy/array-of.ts'
import type { NdArray } from '../numpy/nd-array.ts'
import { PythonError } from '../python/python-error.ts'
import { pyStr } from '../python/python-text.ts'
import {
  isDict,
  isList,
  isScalar,
  type PyDict,
  type PyList,
  type PyValue,
  typeName,
} from '../python/python-value.ts'
import { convertValue, isNamed, type Spec, specsOf } from './convert-value.ts'
import { arrayValue, type ParsedDict, type ParsedInput, type ParsedValue } from './parsed-input.ts'

/**
 * The forms `inputs` and `instances`: MLflow 3.17.2, `mlflow/utils/proto_json_utils.py`,
 * `parse_tf_serving_input`. Compiled for one schema.
 */
export class ArrayForms {
  readonly #schema: Schema | undefined
  readonly #named: ReadonlyMap<string, Spec>
  readonly #first: Spec | undefined

  constructor(schema: Schema | undefined) {
    this.#schema = schema
    const specs = schema === undefined ? [] : specsOf(schema)
    const named = schema !== undefined && isNamed(schema)
    this.#named = new Map(named ? specs.map((spec) => [spec.name as string, spec]) : [])
    this.#first = specs[0]
  }

  /** @throws ServingError BAD_REQUEST */
  inputs(data: PyValue): ParsedInput {
    const isPlainList = isList(data) && !data.some(isDict)
    const [only] = this.#named.keys()
    if (this.#named.size === 1 && only !== undefined && isPlainList) {
      return { kind: 'dict', values: this.#convertDict(new Map([[only, data]])) }
    }
    this.#checkUnnamed(data)
    if (isDict(data)) return { kind: 'dict', values: this.#convertDict(data) }
    if (!isList(data)) return { kind: 'value', value: this.#convertScalar(data) }
    if (data.every(isDict))
      return { kind: 'records', records: data.map((row) => this.#convertDict(row as PyDict)) }
    return { kind: 'value', value: convertValue(data, this.#first) }
  }

  /** Like `inputs`, but a list of objects is turned into columns first. @throws ServingError BAD_REQUEST */
  instances(data: PyValue): ParsedInput {
    const input: ParsedInput =
      isList(data) && isDict(data[0]) ? { kind: 'dict', values: this.#columnsOf(data) } : this.inputs(data)
    if (input.kind === 'dict') this.#checkLengths(input.values)
    return input
  }

  #checkUnnamed(data: PyValue): void {
    if (this.#schema === undefined || this.#named.size > 0 || isList(data) || isScalar(data)) return
    throw invalidInput(
      'Failed to parse input data. This model contains an un-named  model signature which expects a single ' +
        'n-dimensional array or a single value as input, however, an input of type ' +
        `<class '${typeName(data)}'> was found.`,
    )
  }

  #convertDict(values: PyDict): ParsedDict {
    const converted = new Map<string, ParsedValue>()
    for (const [name, value] of values) converted.set(name, convertValue(value, this.#named.get(name)))
    return converted
  }

  #convertScalar(data: PyValue): ParsedValue {
    try {
      return convertValue(data, this.#first)
    } catch {
      const spec = this.#first === undefined ? 'None' : describeSpec(this.#first)
      throw invalidInput(
        `Failed to convert data \`${pyStr(data)}\` to type \`${spec}\` defined in the model signature.`,
      )
    }
  }

  #columnsOf(rows: PyList): ParsedDict {
    const cells = new Map<string, ParsedValue[]>()
    for (const row of rows) {
      if (!isDict(row))
        throw unreadable(`AttributeError("'${typeName(row)}' object has no attribute 'items'")`)
      for (const [name, value] of row) {
        const column = cells.get(name) ?? []
        if (column.length === 0) cells.set(name, column)
        column.push(convertValue(value, this.#named.get(name)))
      }
    }
    return new Map(Array.from(cells, ([name, column]) => [name, arrayValue(stack(column))]))
  }

  #checkLengths(values: ParsedDict): void {
    const lengths = new Set<number>()
    for (const [name, value] of values) {
      if (value.kind !== 'array' || !this.#isChecked(name)) continue
      const [length] = value.array.shape
      if (length === undefined) throw unreadable("TypeError('len() of unsized object')")
      lengths.add(length)
    }
    if (lengths.size > 1)
      throw invalidInput('The length of values for each input/column name are not the same')
  }

  /** Only required columns that hold no lists are; without names all are. */
  #isChecked(name: string): boolean {
    if (this.#named.size === 0) return true
    const spec = this.#named.get(name)
    if (spec === undefined) return false
    if ('dtype' in spec) return true
    return spec.required && !(typeof spec.type !== 'string' && spec.type.kind === 'array')
  }
}

function stack(cells: readonly ParsedValue[]): NdArray {
  try {
    const raw = cells.filter((cell) => cell.kind === 'raw')
    if (raw.length > 0) return arrayOf(raw.map((cell) => cell.value))
    return stackArrays(cells.map((cell) => (cell as { readonly array: NdArray }).array))
  } catch (error) {
    if (error instanceof PythonError) throw unreadable(error.repr())
    throw error
  }
}

function unreadable(error: string): Error {
  return invalidInput(`Ensure that the input is a valid JSON-formatted string.\nError: ${error}`)
}
