import type { DataType } from '../../../signature/column-dtypes.ts'
import type { Column } from '../frame.ts'
import { isMissing, readFloat64 } from './cells.ts'
import { excerpt, unreadableCsv } from './csv-failure.ts'
import { booleanColumn, floatColumn, inferColumn } from './infer-cells.ts'

export interface CsvColumn {
  readonly name: string
  /** Position in the file, for messages. */
  readonly index: number
  readonly cells: readonly string[]
}

const INT32_MIN = -(2n ** 31n)
const INT32_MAX = 2n ** 31n - 1n

/**
 * The column that `pandas.read_csv` 3.1 makes of these texts when it is given the dtype of a signature's type.
 * A text that does not fit is first read without a dtype and then cast, if that loses nothing: `1.0` is a long,
 * `true` is 1, `1.5` and an empty cell are refused.
 * @throws ServingError BAD_REQUEST
 */
export function castColumn(column: CsvColumn, type: DataType): Column {
  switch (type) {
    case 'boolean':
      return toBooleans(column)
    case 'integer':
      return toInt32(column.name, toInt64(column, 'int32'))
    case 'long':
      return { name: column.name, dtype: 'int64', data: toInt64(column, 'int64') }
    case 'float':
      return { name: column.name, dtype: 'float32', data: Float32Array.from(toFloat64(column)) }
    case 'double':
      return { name: column.name, dtype: 'float64', data: toFloat64(column) }
    case 'string':
    case 'binary':
      return toObjects(column)
    case 'datetime':
      return toDatetimes(column)
  }
}

function toObjects({ name, cells }: CsvColumn): Column {
  return { name, dtype: 'object', data: cells.map((text) => (isMissing(text) ? Number.NaN : text)) }
}

function toDatetimes({ name, cells }: CsvColumn): Column {
  if (cells.length === 0)
    return { name, dtype: 'datetime64[ns]', data: new BigInt64Array(0), zone: undefined }
  throw unreadableCsv(
    'the dtype datetime64[ns] is not supported for parsing, pass this column using parse_dates instead',
  )
}

function toFloat64({ name, cells }: CsvColumn): Float64Array {
  const column = floatColumn(name, cells)
  if (column !== undefined) return column.data
  const booleans = booleanColumn(name, cells)
  if (booleans !== undefined) return Float64Array.from(booleans.data as ArrayLike<unknown>, Number)
  const culprit = cells.find((text) => !isMissing(text) && readFloat64(text) === undefined) ?? ''
  throw unreadableCsv(`could not convert string to float: '${excerpt(culprit)}'`)
}

function toInt64({ name, index, cells }: CsvColumn, dtype: 'int32' | 'int64'): BigInt64Array {
  if (cells.length === 0) return new BigInt64Array(0)
  const column = inferColumn(name, cells)
  const data = integersOf(column)
  if (data !== undefined && (dtype === 'int64' || data.every(fitsInt32))) return data
  if (cells.some(isMissing)) throw unreadableCsv(`Integer column has NA values in column ${index}`)
  if (column.dtype === 'str') {
    throw unreadableCsv(`invalid literal for int() with base 10: '${excerpt(column.data[0] ?? '')}'`)
  }
  throw unsafeCast({ from: column.dtype, to: dtype, index })
}

/** Undefined where the cast would lose something. */
function integersOf(column: Column): BigInt64Array | undefined {
  switch (column.dtype) {
    case 'int64':
      return column.data
    case 'bool':
      return BigInt64Array.from(column.data, BigInt)
    case 'float64':
      return column.data.every(isInt64) ? BigInt64Array.from(column.data, BigInt) : undefined
    default:
      return undefined
  }
}

function isInt64(value: number): boolean {
  return Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 63
}

function fitsInt32(value: bigint): boolean {
  return value >= INT32_MIN && value <= INT32_MAX
}

function toInt32(name: string, data: BigInt64Array): Column {
  return { name, dtype: 'int32', data: Int32Array.from(data, Number) }
}

function toBooleans({ name, index, cells }: CsvColumn): Column {
  if (cells.length === 0) return { name, dtype: 'bool', data: new Uint8Array(0) }
  const column = booleanColumn(name, cells) ?? inferColumn(name, cells)
  const data = truthValuesOf(column)
  if (data !== undefined) return { name, dtype: 'bool', data }
  if (cells.some(isMissing)) throw unreadableCsv(`Bool column has NA values in column ${index}`)
  throw unsafeCast({ from: column.dtype === 'str' ? 'object' : column.dtype, to: 'bool', index })
}

/** Undefined where something is neither a truth value nor 0 or 1. */
function truthValuesOf(column: Column): Uint8Array | undefined {
  switch (column.dtype) {
    case 'bool':
      return column.data
    case 'int64':
      return column.data.every((value) => value === 0n || value === 1n)
        ? Uint8Array.from(column.data, Number)
        : undefined
    case 'float64':
      return column.data.every((value) => value === 0 || value === 1)
        ? Uint8Array.from(column.data)
        : undefined
    default:
      return undefined
  }
}

function unsafeCast(cast: { from: string; to: string; index: number }) {
  return unreadableCsv(
    `cannot safely convert passed user dtype of ${cast.to} for ${cast.from} dtyped data in column ${cast.index}`,
  )
}
