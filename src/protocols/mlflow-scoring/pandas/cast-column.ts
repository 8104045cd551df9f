import type { Column } from '../frame.ts'
import { arrayOfElements } from '../numpy/array-of.ts'
import { astype } from '../numpy/cast.ts'
import { type Dtype, kindOf } from '../numpy/dtype.ts'
import { elementsOf } from '../numpy/elements.ts'
import type { NdArray } from '../numpy/nd-array.ts'
import { NAT, parseIsoTime } from '../numpy/numpy-datetime.ts'
import { PythonError, valueError } from '../python/python-error.ts'
import { pyStr } from '../python/python-text.ts'
import { isList, type PyValue, typeName } from '../python/python-value.ts'
import { arrayOfColumn, cellsOf, columnOfArray } from './column.ts'

/**
 * `column.astype(dtype)` of pandas 3: between numbers C casts, but NaN, infinity and negative to unsigned are
 * refused; from objects Python's checked conversions. pandas' text stays as it is where text or objects are wanted.
 * @throws PythonError
 */
export function castColumn(column: Column, dtype: Dtype): Column {
  const { name } = column
  if (column.dtype === 'str' && (dtype === 'str' || dtype === 'object')) return column
  if (dtype === 'object') return { name, dtype: 'object', data: cellsOf(column) }
  if (dtype === 'str') return { name, dtype: 'object', data: cellsOf(column).map(pyStr) }
  if (column.dtype === 'str' || column.dtype === 'object') {
    return columnOfArray(name, arrayOfElements(cellsOf(column), [column.data.length], dtype))
  }
  const array = arrayOfColumn(column)
  if (kindOf(array.dtype) === 'f' && 'iu'.includes(kindOf(dtype))) checkFloats(array, dtype)
  return columnOfArray(name, astype(array, dtype))
}

function checkFloats(array: NdArray, to: Dtype): void {
  for (const value of elementsOf(array) as number[]) {
    if (!Number.isFinite(value)) throw notFinite()
    if (kindOf(to) === 'u' && value < 0)
      throw valueError(`Cannot losslessly cast from ${array.dtype} to ${to}`)
  }
}

function notFinite(): PythonError {
  return new PythonError(
    'IntCastingNaNError',
    'Cannot convert non-finite values (NA or inf) to integer. Replace or remove non-finite values or cast to an ' +
      'integer type that supports these values (e.g. "Int64")',
  )
}

/** `pandas.to_datetime(column)`, to nanoseconds. @throws PythonError */
export function toDatetime(column: Column): Column {
  if (column.dtype === 'datetime64[ns]') return column
  if (column.dtype === 'bool')
    throw new PythonError('TypeError', 'dtype bool cannot be converted to datetime64[ns]')
  const zones = new Set<boolean>()
  const data = BigInt64Array.from(cellsOf(column), (cell) => {
    const time = timeOf(cell)
    if (time.nanoseconds !== NAT) zones.add(time.zoned)
    return time.nanoseconds
  })
  if (zones.size > 1) throw valueError('Mixed timezones detected. Pass utc=True in to_datetime.')
  return { name: column.name, dtype: 'datetime64[ns]', data, zone: zones.has(true) ? 'UTC' : undefined }
}

/** Month first, as pandas reads a date that could be either. */
const SLASHED = /^(\d{1,2})\/(\d{1,2})\/(\d{4})(.*)$/

function timeOf(cell: PyValue): { readonly nanoseconds: bigint; readonly zoned: boolean } {
  if (cell === null || cell === '' || Number.isNaN(cell)) return { nanoseconds: NAT, zoned: false }
  if (typeof cell === 'bigint' || typeof cell === 'number')
    return { nanoseconds: epochTime(cell), zoned: false }
  if (typeof cell !== 'string') {
    throw new PythonError(
      'TypeError',
      `<class '${isList(cell) ? 'list' : typeName(cell)}'> is not convertible to datetime`,
    )
  }
  const text = cell.trim()
  const time = parseIsoTime(text.replace(SLASHED, isoDate))
  if (time === undefined) throw valueError(`Unknown datetime string format, unable to parse: ${text}`)
  return time
}

function epochTime(cell: bigint | number): bigint {
  if (typeof cell === 'bigint' ? BigInt.asIntN(64, cell) === cell : Math.abs(cell) < 2 ** 63) {
    return BigInt(typeof cell === 'bigint' ? cell : Math.trunc(cell))
  }
  throw new PythonError('OverflowError', `cannot convert input ${cell} with the unit 'ns'`)
}

function isoDate(_: string, month: string, day: string, year: string, rest: string): string {
  return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}${rest}`
}
