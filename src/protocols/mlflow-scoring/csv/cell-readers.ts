import type { DataType } from '../../../signature/column-dtypes.ts'
import type { CellKind } from './cell-kinds.ts'
import { isMissing, readBoolean, readFloat64, readInt64, readPythonInteger, readUint64 } from './cells.ts'
import { excerpt } from './csv-failure.ts'

/** Why a cell cannot be read; whoever knows the row says where. */
export class CellError extends Error {}

const INT32_MAX = 2n ** 31n - 1n

/**
 * One cell as a signature's type. A cell has its meaning by itself, whatever is above and below it, so that a file
 * reads the same wherever it is cut. Where `castColumn` takes a whole column this gives the same values; beyond that
 * it takes columns that mix truth values with numbers, and does not round integers of more than 2^53 among fractions.
 * @throws CellError
 */
export const TYPED_CELLS = {
  boolean: readTruth,
  integer: (text: string, index: number) => Number(readInteger(text, index, 'int32')),
  long: (text: string, index: number) => readInteger(text, index, 'int64'),
  float: readNumber,
  double: readNumber,
  string: textOrNaN,
  binary: textOrNaN,
} as const satisfies Record<Exclude<DataType, 'datetime'>, (text: string, index: number) => unknown>

function readNumber(text: string): number {
  if (isMissing(text)) return Number.NaN
  const value = readFloat64(text) ?? readBoolean(text)
  if (value === undefined) throw new CellError(`could not convert string to float: '${excerpt(text)}'`)
  return Number(value)
}

function textOrNaN(text: string): string | number {
  return isMissing(text) ? Number.NaN : text
}

function readInteger(text: string, index: number, dtype: 'int32' | 'int64'): bigint {
  const whole = readInt64(text)
  if (typeof whole === 'bigint') {
    if (dtype === 'int64' || (whole <= INT32_MAX && whole >= -INT32_MAX - 1n)) return whole
    throw unsafeCast('int64', dtype, index)
  }
  if (isMissing(text)) throw new CellError(`Integer column has NA values in column ${index}`)
  if (whole === 'overflow') throw unsafeCast(largeDtype(text), dtype, index)
  const truth = readBoolean(text)
  if (truth !== undefined) return truth ? 1n : 0n
  const value = readFloat64(text)
  if (value === undefined) {
    throw new CellError(`invalid literal for int() with base 10: '${excerpt(text)}'`)
  }
  const limit = dtype === 'int64' ? 2 ** 63 : 2 ** 31
  if (Number.isInteger(value) && value >= -limit && value < limit) return BigInt(value)
  throw unsafeCast('float64', dtype, index)
}

function largeDtype(text: string): string {
  return typeof readUint64(text) === 'bigint' ? 'uint64' : 'object'
}

function readTruth(text: string, index: number): number {
  const word = readBoolean(text)
  if (word !== undefined) return word ? 1 : 0
  if (isMissing(text)) throw new CellError(`Bool column has NA values in column ${index}`)
  const value = readFloat64(text)
  if (value === 0 || value === 1) return value
  throw unsafeCast(numberDtype(text, value), 'bool', index)
}

function numberDtype(text: string, value: number | undefined): string {
  const whole = readInt64(text)
  if (whole === 'overflow') return largeDtype(text)
  return whole !== undefined ? 'int64' : value !== undefined ? 'float64' : 'object'
}

function unsafeCast(from: string, to: string, index: number): CellError {
  return new CellError(
    `cannot safely convert passed user dtype of ${to} for ${from} dtyped data in column ${index}`,
  )
}

/** One cell of a column whose kind is known; undefined where it is not of that kind. */
export const KNOWN_CELLS = {
  int64: bigintIn(readInt64),
  'int64 with gaps': (text: string) => {
    if (isMissing(text)) return Number.NaN
    const value = readInt64(text)
    return typeof value === 'bigint' ? Number(value) : undefined
  },
  uint64: bigintIn(readUint64),
  integers: (text: string) => (isMissing(text) ? Number.NaN : readPythonInteger(text)),
  float64: (text: string) => (isMissing(text) ? Number.NaN : readFloat64(text)),
  bool: (text: string) => toNumber(readBoolean(text)),
  'bool with gaps': (text: string) => (isMissing(text) ? Number.NaN : readBoolean(text)),
  str: (text: string) => (isMissing(text) ? null : text),
  literal: (text: string) => text,
} as const satisfies Record<Exclude<CellKind, 'empty'>, (text: string) => unknown>

function bigintIn(read: (text: string) => bigint | 'overflow' | undefined) {
  return (text: string): bigint | undefined => {
    const value = read(text)
    return typeof value === 'bigint' ? value : undefined
  }
}

function toNumber(truth: boolean | undefined): number | undefined {
  return truth === undefined ? undefined : truth ? 1 : 0
}
