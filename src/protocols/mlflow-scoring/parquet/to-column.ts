import type { TimeUnit } from 'hyparquet'
import type { Column } from '../frame.ts'
import { pythonBytes, pythonObject } from '../python/python-object.ts'
import type { PyValue } from '../python/python-value.ts'
import { unreadableParquet } from './parquet-failure.ts'
import type { ParquetKind } from './parquet-kind.ts'

type Name = Column['name']
/** Values as parquet stores them; null or undefined where one is missing. */
export type StoredValues = ArrayLike<unknown>

const NAT = -(2n ** 63n)
const INT64_MAX = 2n ** 63n - 1n
const NANOSECONDS: Readonly<Record<TimeUnit, bigint>> = { MILLIS: 1_000_000n, MICROS: 1000n, NANOS: 1n }
const MILLISECONDS_PER_DAY = 86_400_000
const FLOAT16_NAN = 0x7e00
/** The widest decimal that Arrow has takes 256 bits. */
const MAX_DECIMAL_BYTES = 32

export interface StoredColumn {
  readonly name: Name
  readonly values: StoredValues
  /** Zone of a timestamp that the file holds in UTC. */
  readonly zone: string
  /** Whether values are missing; the default looks for them in `values`. */
  readonly hasMissing?: boolean
  /** The values are no one else's, and may become the column's data. */
  readonly areOwned?: boolean
}

/**
 * The column that `pandas.read_parquet` 3.1 makes of stored values. Integers of which some are missing become
 * float64, truth values become objects. Categories come as their values, decimals as numbers, and bytes, dates and
 * times as objects that print as Python's do.
 */
export function toColumn(column: StoredColumn, type: ParquetKind): Column {
  const { name, values } = column
  switch (type.kind) {
    case 'bool':
      return toBooleans(column)
    case 'integer':
      return hasMissing(column)
        ? { name, dtype: 'float64', data: floats(values, (value) => unsignedNumber(value, type)) }
        : toIntegers(column, type)
    case 'float16':
      return { name, dtype: 'float16', data: Uint16Array.from(values, float16Bits) }
    case 'float32':
      return { name, dtype: 'float32', data: toFloats32(column) }
    case 'float64':
      return { name, dtype: 'float64', data: toFloats64(column) }
    case 'timestamp':
      return toDatetimes(column, type)
    case 'text':
      return toTexts(column)
    default:
      return { name, dtype: 'object', data: objects(values, objectReader(type)) }
  }
}

function isMissing(value: unknown): value is null | undefined {
  return value === null || value === undefined
}

function hasMissing({ values, hasMissing: isKnown }: StoredColumn): boolean {
  if (isKnown !== undefined) return isKnown
  if (ArrayBuffer.isView(values)) return false
  for (let row = 0; row < values.length; row += 1) if (isMissing(values[row])) return true
  return false
}

function toFloats32({ values, areOwned }: StoredColumn): Float32Array {
  if (areOwned && values instanceof Float32Array) return values
  return Float32Array.from(floats(values, Number))
}

function toFloats64({ values, areOwned }: StoredColumn): Float64Array {
  return areOwned && values instanceof Float64Array ? values : floats(values, Number)
}

function floats(values: StoredValues, read: (value: unknown) => number): Float64Array {
  const data = new Float64Array(values.length)
  for (let row = 0; row < values.length; row += 1) {
    const value = values[row]
    data[row] = isMissing(value) ? Number.NaN : read(value)
  }
  return data
}

function objects(values: StoredValues, read: (value: unknown) => unknown): unknown[] {
  return Array.from(values, (value) => (isMissing(value) ? null : read(value)))
}

/** A missing text is None. */
function toTexts(column: StoredColumn): Column {
  const { name, values } = column
  const data = objects(values, String) as (string | null)[]
  return hasMissing(column) ? { name, dtype: 'str', data, objects: data } : { name, dtype: 'str', data }
}

function toBooleans(column: StoredColumn): Column {
  const { name, values } = column
  if (hasMissing(column)) return { name, dtype: 'object', data: objects(values, Boolean) }
  return { name, dtype: 'bool', data: Uint8Array.from(values, (value) => (value ? 1 : 0)) }
}

type IntegerKind = Extract<ParquetKind, { kind: 'integer' }>

/** Unsigned values are stored in the bits of signed ones. */
function unsignedNumber(value: unknown, { bits, signed }: IntegerKind): number {
  if (bits === 64) return Number(signed ? (value as bigint) : BigInt.asUintN(64, BigInt(value as bigint)))
  return signed ? Number(value) : Number(value) >>> 0
}

function toIntegers(column: StoredColumn, { bits, signed }: IntegerKind): Column {
  const { name, values, areOwned } = column
  if (bits === 64) {
    const data = toIntegers64(column)
    return signed
      ? { name, dtype: 'int64', data }
      : { name, dtype: 'uint64', data: new BigUint64Array(data.buffer) }
  }
  if (bits === 32 && areOwned && values instanceof Int32Array) {
    return signed
      ? { name, dtype: 'int32', data: values }
      : { name, dtype: 'uint32', data: new Uint32Array(values.buffer) }
  }
  switch (bits) {
    case 8:
      return signed
        ? { name, dtype: 'int8', data: Int8Array.from(values, Number) }
        : { name, dtype: 'uint8', data: Uint8Array.from(values, Number) }
    case 16:
      return signed
        ? { name, dtype: 'int16', data: Int16Array.from(values, Number) }
        : { name, dtype: 'uint16', data: Uint16Array.from(values, Number) }
    default:
      return signed
        ? { name, dtype: 'int32', data: Int32Array.from(values, Number) }
        : { name, dtype: 'uint32', data: Uint32Array.from(values, Number) }
  }
}

function toIntegers64({ values, areOwned }: StoredColumn): BigInt64Array<ArrayBuffer> {
  if (!(values instanceof BigInt64Array)) return BigInt64Array.from(values, BigInt as never)
  return areOwned ? (values as BigInt64Array<ArrayBuffer>) : values.slice()
}

function toDatetimes(column: StoredColumn, type: Extract<ParquetKind, { kind: 'timestamp' }>): Column {
  const factor = NANOSECONDS[type.unit]
  const data = BigInt64Array.from(column.values, (value) => {
    if (isMissing(value)) return NAT
    const nanoseconds = BigInt(value as bigint) * factor
    if (nanoseconds >= NAT && nanoseconds <= INT64_MAX) return nanoseconds
    throw unreadableParquet(`A timestamp of column ${column.name} is out of the range of nanoseconds`)
  })
  return { name: column.name, dtype: 'datetime64[ns]', data, zone: type.isZoned ? column.zone : undefined }
}

function objectReader(type: ParquetKind): (value: unknown) => unknown {
  switch (type.kind) {
    case 'date':
      return (value) => pythonObject(dateText(Number(value)))
    case 'time':
      return (value) => pythonObject(timeText(BigInt(value as bigint) * NANOSECONDS[type.unit]))
    case 'decimal':
      return (value) => Number(`${unscaled(value)}e${-type.scale}`)
    default:
      return toPython
  }
}

function dateText(days: number): string {
  return new Date(days * MILLISECONDS_PER_DAY).toISOString().slice(0, 10)
}

/** Reading `150e-2` as a number rounds once, which a product with a power of ten does not. */
function unscaled(value: unknown): bigint {
  if (!(value instanceof Uint8Array)) return BigInt(value as bigint)
  if (value.length > MAX_DECIMAL_BYTES) throw unreadableParquet('A decimal is too long')
  let bits = 0n
  for (const byte of value) bits = (bits << 8n) | BigInt(byte)
  return BigInt.asIntN(8 * value.length, bits)
}

function timeText(nanoseconds: bigint): string {
  const time = new Date(Number(nanoseconds / 1_000_000n)).toISOString().slice(11, 19)
  const micros = (nanoseconds / 1000n) % 1_000_000n
  return micros === 0n ? time : `${time}.${String(micros).padStart(6, '0')}`
}

/** IEEE 754 binary16, little-endian; NaN where the value is missing. */
function float16Bits(value: unknown): number {
  if (isMissing(value)) return FLOAT16_NAN
  const [low = 0, high = 0] = value as Uint8Array
  return (high << 8) | low
}

/** A value of a nested column as a Python object. */
export function toPython(value: unknown): PyValue {
  if (isMissing(value)) return null
  if (Array.isArray(value)) return value.map(toPython)
  if (value instanceof Uint8Array) return pythonBytes(value)
  if (typeof value !== 'object') return value as PyValue
  return new Map(Object.entries(value).map(([key, item]) => [key, toPython(item)]))
}
