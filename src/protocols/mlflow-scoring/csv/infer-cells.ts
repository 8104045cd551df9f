import type { Column } from '../frame.ts'
import {
  INT64_MAX,
  isMissing,
  readBoolean,
  readFloat64,
  readInt64,
  readPythonInteger,
  readUint64,
} from './cells.ts'

type Name = Column['name']

/**
 * The column that pandas 3.1 makes of these texts when it is given no dtype: the first of int64, float64, bool
 * and str that holds all of them. (pandas infers in pieces of about 2^18 cells a column and may so leave mixed
 * values in a very long column; here a column is always of one kind.)
 */
export function inferColumn(name: Name, cells: readonly string[]): Column {
  if (cells.length === 0) return { name, dtype: 'object', data: [] }
  return (
    integerColumn(name, cells) ??
    floatColumn(name, cells) ??
    booleanColumn(name, cells) ??
    textColumn(name, cells)
  )
}

/** Integers; float64 where some are missing. */
function integerColumn(name: Name, cells: readonly string[]): Column | undefined {
  const data = new BigInt64Array(cells.length)
  let missing = false
  for (let row = 0; row < cells.length; row += 1) {
    const text = cells[row]!
    if (isMissing(text)) {
      missing = true
      continue
    }
    const value = readInt64(text)
    if (value === undefined) return undefined
    if (value === 'overflow') return largeIntegerColumn(name, cells)
    data[row] = value
  }
  if (!missing) return { name, dtype: 'int64', data }
  const widened = Float64Array.from(cells, (text, row) => (isMissing(text) ? Number.NaN : Number(data[row])))
  return { name, dtype: 'float64', data: widened }
}

/** Integers of which one is out of the range of int64: uint64, else Python's integers, else all left as text. */
function largeIntegerColumn(name: Name, cells: readonly string[]): Column | undefined {
  const data = new BigUint64Array(cells.length)
  let negative = false
  let missing = false
  let large = false
  for (let row = 0; row < cells.length; row += 1) {
    const text = cells[row]!
    if (isMissing(text)) {
      missing = true
    } else if (text.trimStart().startsWith('-')) {
      negative = true
    } else {
      const value = readUint64(text)
      if (value === undefined) return undefined
      if (value === 'overflow') return pythonIntegerColumn(name, cells)
      if (value > INT64_MAX) large = true
      data[row] = value
    }
  }
  if (large && (negative || missing)) return literalColumn(name, cells)
  return negative ? pythonIntegerColumn(name, cells) : { name, dtype: 'uint64', data }
}

function pythonIntegerColumn(name: Name, cells: readonly string[]): Column {
  const data: (bigint | number)[] = []
  for (const text of cells) {
    const value = isMissing(text) ? Number.NaN : readPythonInteger(text)
    if (value === undefined) return literalColumn(name, cells)
    data.push(value)
  }
  return { name, dtype: 'object', data }
}

/** Undefined unless every cell is a number or missing. */
export function floatColumn(
  name: Name,
  cells: readonly string[],
): (Column & { readonly dtype: 'float64' }) | undefined {
  const data = new Float64Array(cells.length)
  for (let row = 0; row < cells.length; row += 1) {
    const text = cells[row]!
    const value = isMissing(text) ? Number.NaN : readFloat64(text)
    if (value === undefined) return undefined
    data[row] = value
  }
  return { name, dtype: 'float64', data }
}

/** Truth values; an object column of them and NaN where some are missing. */
export function booleanColumn(
  name: Name,
  cells: readonly string[],
): (Column & { readonly dtype: 'bool' | 'object' }) | undefined {
  const data: (boolean | number)[] = []
  let missing = false
  for (const text of cells) {
    const absent = isMissing(text)
    const value = absent ? Number.NaN : readBoolean(text)
    if (value === undefined) return undefined
    if (absent) missing = true
    data.push(value)
  }
  return missing
    ? { name, dtype: 'object', data }
    : { name, dtype: 'bool', data: Uint8Array.from(data, Number) }
}

/** Text; null where it is missing. */
export function textColumn(name: Name, cells: readonly string[]): Column {
  return { name, dtype: 'str', data: cells.map((text) => (isMissing(text) ? null : text)) }
}

/** Where pandas gives up on integers that are too large it leaves even the words for missing values as text. */
function literalColumn(name: Name, cells: readonly string[]): Column {
  return { name, dtype: 'str', data: cells }
}
