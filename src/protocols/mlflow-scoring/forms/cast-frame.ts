import { isDataType, numpyDtype } from '../../../signature/column-dtypes.ts'
import { describeType } from '../../../signature/describe-schema.ts'
import type { ColSpec, Schema, TensorSpec } from '../../../signature/model-signature.ts'
import { enforceType } from '../enforcement/enforce-nested.ts'
import { EnforcementError } from '../enforcement/enforcement-error.ts'
import { invalidInput } from '../failures.ts'
import type { Column } from '../frame.ts'
import type { Dtype } from '../numpy/dtype.ts'
import { castColumn, toDatetime } from '../pandas/cast-column.ts'
import { cellsOf } from '../pandas/column.ts'
import { columnsByName, type LabelledFrame } from '../pandas/labelled-frame.ts'
import { exceptionRepr, PythonError, typeError } from '../python/python-error.ts'
import { isList, type PyValue } from '../python/python-value.ts'
import { type Spec, specsOf } from './convert-value.ts'
import { decodeBase64 } from './decode-base64.ts'

/**
 * Casts the columns that the schema names; others stay as they are. MLflow 3.17.2,
 * `mlflow/utils/proto_json_utils.py`, `cast_df_types_according_to_schema`.
 * @throws ServingError BAD_REQUEST
 */
export function castFrame(frame: LabelledFrame, schema: Schema): LabelledFrame {
  const casts = castsFor(frame, schema)
  const byName = columnsByName(frame)
  const columns = frame.columns.map((column, i) => {
    const isRepeated = (byName.get(column.name)?.length ?? 0) > 1
    return castOne(column, casts(column, i), isRepeated)
  })
  return { ...frame, columns }
}

type SpecFor = (column: Column, position: number) => Spec | undefined

function castsFor(frame: LabelledFrame, schema: Schema): SpecFor {
  const specs = specsOf(schema)
  const [first] = specs
  if (first?.name !== undefined) {
    const byName = new Map(specs.map((spec) => [spec.name, spec]))
    return (column) => byName.get(column.name as string)
  }
  if (schema.kind === 'tensors') return () => first
  // Columns of one name are cast together, by the last of their positions.
  const byPosition = new Map(frame.columns.slice(0, specs.length).map((column, i) => [column.name, specs[i]]))
  return (column) => byPosition.get(column.name)
}

function castOne(column: Column, spec: Spec | undefined, isRepeated: boolean): Column {
  if (spec === undefined) return column
  try {
    return 'dtype' in spec ? castForTensor(column, spec, isRepeated) : castForColumn(column, spec, isRepeated)
  } catch (error) {
    if (!(error instanceof PythonError || error instanceof EnforcementError)) throw error
    throw failedConversion(column.name, spec, error)
  }
}

function castForTensor(column: Column, { dtype }: TensorSpec, isRepeated: boolean): Column {
  if (dtype === 'bytes') return { ...column, dtype: 'object', data: cellsOf(column).map(octets) }
  if (column.data.length === 0)
    throw new PythonError('IndexError', 'single positional indexer is out-of-bounds')
  // Lists are converted when they are brought to the tensor's shape.
  if (!isRepeated && isList(cellsOf(column)[0])) return column
  return dtype === 'str' || dtype === 'object'
    ? castToText(column, dtype, isRepeated)
    : castColumn(column, dtype as Dtype)
}

/** MLflow asks for the dtype of the column, which columns of one name do not have together. */
function castToText(column: Column, dtype: 'str' | 'object', isRepeated: boolean): Column {
  if (isRepeated) throw new PythonError('AttributeError', "'DataFrame' object has no attribute 'dtype'")
  return castColumn(column, dtype)
}

function castForColumn(column: Column, { type, required }: ColSpec, isRepeated: boolean): Column {
  if (!isDataType(type)) {
    const cells =
      type === 'any' ? undefined : cellsOf(column).map((cell) => enforceType(cell, type, required))
    return cells === undefined ? column : { name: column.name, dtype: 'object', data: cells }
  }
  switch (type) {
    case 'binary':
      return { name: column.name, dtype: 'object', data: cellsOf(column).map(decodedBinary) }
    case 'datetime':
      return toDatetime(column)
    case 'string':
      return castToText(column, 'object', isRepeated)
    default:
      return castColumn(column, numpyDtype(type) as Dtype)
  }
}

function octets(cell: PyValue): string {
  if (typeof cell !== 'string') throw typeError('encoding without a string argument')
  return cell
}

function decodedBinary(cell: PyValue): string {
  return decodeBase64(octets(cell))
}

/** `str(dtype)` where it is not the dtype's name. */
const TEXT_DTYPES: Readonly<Record<string, string>> = { str: '<U0', bytes: '|S0' }

function failedConversion(name: string | number, spec: Spec, error: Error): Error {
  const type = 'dtype' in spec ? (TEXT_DTYPES[spec.dtype] ?? spec.dtype) : typeText(spec)
  const thrown = error instanceof PythonError ? error.repr() : exceptionRepr('MlflowException', error.message)
  return invalidInput(
    `Data is not compatible with model signature. Failed to convert column ${name} to type '${type}'. ` +
      `Error: '${thrown}'`,
  )
}

function typeText({ type }: ColSpec): string {
  if (!isDataType(type)) return describeType(type)
  return type === 'string' || type === 'binary' ? "<class 'object'>" : numpyDtype(type)
}
