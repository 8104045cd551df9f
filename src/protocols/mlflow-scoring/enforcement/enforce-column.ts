import { type DataType, numpyDtype } from '../../../signature/column-dtypes.ts'
import type { Column } from '../frame.ts'
import { astype } from '../numpy/cast.ts'
import { type Dtype, isNumeric, itemSize, kindOf } from '../numpy/dtype.ts'
import { toFloat } from '../numpy/element.ts'
import { toDatetime } from '../pandas/cast-column.ts'
import { arrayOfColumn, cellsOf, columnOfArray } from '../pandas/column.ts'
import { inferColumn } from '../pandas/infer-column.ts'
import { PythonError, typeError, valueError } from '../python/python-error.ts'
import { asciiOfBytes } from '../python/python-object.ts'
import { isDict, isList, isScalar, type PyValue } from '../python/python-value.ts'
import { EnforcementError } from './enforcement-error.ts'

/**
 * Checks a column against a plain type, with the few conversions that lose nothing: MLflow 3.17.2,
 * `mlflow/models/utils.py`, `_enforce_mlflow_datatype`.
 * @throws EnforcementError, PythonError
 */
export function enforceColumn(given: Column, type: DataType): Column {
  if (given.isCategory) throw incompatible(given, numpyDtype(type) as Dtype)
  const keepsObjects = type === 'binary' || type === 'string'
  const column = given.dtype === 'object' && !keepsObjects ? inferColumn(given.name, cellsOf(given)) : given
  if (keepsObjects && (column.dtype === 'object' || column.dtype === 'str')) return column
  const target = numpyDtype(type) as Dtype
  if (column.dtype === 'datetime64[ns]' && type === 'datetime') return withoutZone(column)
  if (column.dtype === target) return column
  if (column.dtype === 'object') return enforceObjects(column, type, target)
  if (isUpcast(column, target)) return columnOfArray(column.name, astype(arrayOfColumn(column), target))
  throw incompatible(column, target)
}

function withoutZone(column: Column & { readonly dtype: 'datetime64[ns]' }): Column {
  if (column.zone === undefined) return column
  throw new EnforcementError(
    'Please ensure that the input data of datetime column only contains timezone-naive datetime objects. Error: ' +
      'Cannot use .astype to convert from timezone-aware dtype to timezone-naive dtype. Use ' +
      "obj.tz_localize(None) or obj.tz_convert('UTC').tz_localize(None) instead.",
  )
}

function enforceObjects(column: Column, type: DataType, target: Dtype): Column {
  if (type === 'boolean') return column
  if (type === 'datetime') return withoutZone(toDatetime(column) as Column & { dtype: 'datetime64[ns]' })
  if (type === 'double') return toNumeric(column)
  throw incompatible(column, target)
}

/** `pandas.to_numeric`, meant for decimals; in effect it takes any objects that are or read as numbers. */
function toNumeric(column: Column): Column {
  try {
    const data = Float64Array.from(cellsOf(column), numericCell)
    return { name: column.name, dtype: 'float64', data }
  } catch (error) {
    if (error instanceof PythonError && error.kind === 'TypeError') throw error
    throw new EnforcementError(`Failed to convert column ${column.name} from type object to DataType.double.`)
  }
}

// pandas reads ASCII digits only, unlike Python's float().
const FOREIGN_DIGITS = /_|(?![0-9])\p{Nd}/u

function numericCell(given: PyValue, position: number): number {
  const cell = asciiOfBytes(given) ?? given
  if (isEmpty(cell)) return Number.NaN
  if (cell !== null && !isScalar(cell)) throw typeError(`Invalid object type at position ${position}`)
  if (typeof cell !== 'string' || !FOREIGN_DIGITS.test(cell)) return toFloat(cell)
  throw valueError(`Unable to parse string "${cell}" at position ${position}`)
}

function isEmpty(cell: PyValue): boolean {
  return cell === '' || (isList(cell) && cell.length === 0) || (isDict(cell) && cell.size === 0)
}

function isUpcast(column: Column, target: Dtype): boolean {
  const { dtype } = column
  if (dtype === 'str' || dtype === 'object' || !isNumeric(dtype) || !isNumeric(target)) return false
  const [from, to] = [kindOf(dtype), kindOf(target)]
  if (from === to) return itemSize(dtype) <= itemSize(target)
  if (from === 'u' && to === 'i') return itemSize(dtype) < itemSize(target)
  if ((from === 'i' || from === 'u') && target === 'float64' && itemSize(dtype) <= 4) return true
  return dtype === 'int64' && to === 'f' && isZerosAndOnes(column.data as BigInt64Array)
}

function isZerosAndOnes(values: BigInt64Array): boolean {
  return values.every((value) => value === 0n || value === 1n)
}

const MISSING_INTEGERS =
  ' Hint: the type mismatch is likely caused by missing values. Integer columns in python can not represent missing ' +
  'values and are therefore encoded as floats. The best way to avoid this problem is to infer the model schema based ' +
  'on a realistic data sample (training dataset) that includes missing values. Alternatively, you can declare integer ' +
  'columns as doubles (float64) whenever these columns may have missing values. See `Handling Integers With Missing ' +
  'Values <https://www.mlflow.org/docs/latest/models.html#handling-integers-with-missing-values>`_ for more details.'

function incompatible(column: Column, target: Dtype): EnforcementError {
  const hint = isIntegersWithGaps(column) && 'iu'.includes(kindOf(target)) ? MISSING_INTEGERS : ''
  const wanted = target === 'str' ? '<U0' : target === 'bytes' ? '|S0' : target
  const dtype = column.isCategory ? 'category' : column.dtype
  return new EnforcementError(
    `Incompatible input types for column ${column.name}. Can not safely convert ${dtype} to ${wanted}.${hint}`,
  )
}

function isIntegersWithGaps(column: Column): boolean {
  if (column.dtype !== 'float64') return false
  let gaps = false
  for (const value of column.data) {
    if (Number.isNaN(value)) gaps = true
    else if (!Number.isInteger(value)) return false
  }
  return gaps
}
