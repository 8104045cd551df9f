import {
  INT64_MAX,
  isMissing,
  readBoolean,
  readFloat64,
  readInt64,
  readPythonInteger,
  readUint64,
} from './cells.ts'

/**
 * What `inferColumn` makes of a whole column: the dtype, and how its cells are read. `integers` are Python's own,
 * `literal` is text in which even the words for missing values stay, `empty` a column without rows.
 */
export type CellKind =
  | 'empty'
  | 'int64'
  | 'int64 with gaps'
  | 'uint64'
  | 'integers'
  | 'float64'
  | 'bool'
  | 'bool with gaps'
  | 'str'
  | 'literal'

/**
 * What the cells of one column have shown so far, in the order of the file. Plain data, so that parts of a file may
 * be looked at in several threads and put together with `joinSeen`.
 */
export interface SeenCells {
  readonly rows: number
  readonly missing: boolean
  /** What ends the search for int64s first: a text that is no integer, or one that is too large. */
  readonly int64Ends: 'other' | 'overflow' | undefined
  /** The same for uint64s; negative texts are passed over. */
  readonly uint64Ends: 'other' | 'overflow' | undefined
  readonly negative: boolean
  /** There is an integer beyond int64 within uint64. */
  readonly large: boolean
  readonly allIntegers: boolean
  readonly allFloats: boolean
  readonly allBooleans: boolean
}

export const NOTHING_SEEN: SeenCells = {
  rows: 0,
  missing: false,
  int64Ends: undefined,
  uint64Ends: undefined,
  negative: false,
  large: false,
  allIntegers: true,
  allFloats: true,
  allBooleans: true,
}

export function seeCells(cells: readonly string[]): SeenCells {
  const seen: { -readonly [K in keyof SeenCells]: SeenCells[K] } = { ...NOTHING_SEEN, rows: cells.length }
  for (const text of cells) {
    if (isMissing(text)) {
      seen.missing = true
      continue
    }
    seen.int64Ends ??= endOf(readInt64(text))
    if (text.trimStart().startsWith('-')) seen.negative = true
    else {
      const value = readUint64(text)
      seen.uint64Ends ??= endOf(value)
      if (typeof value === 'bigint' && value > INT64_MAX) seen.large = true
    }
    seen.allIntegers &&= readPythonInteger(text) !== undefined
    seen.allFloats &&= readFloat64(text) !== undefined
    seen.allBooleans &&= readBoolean(text) !== undefined
  }
  return seen
}

function endOf(read: bigint | 'overflow' | undefined): SeenCells['int64Ends'] {
  return read === 'overflow' ? 'overflow' : read === undefined ? 'other' : undefined
}

/** What two parts have shown together, the earlier part of the file first. */
export function joinSeen(first: SeenCells, then: SeenCells): SeenCells {
  return {
    rows: first.rows + then.rows,
    missing: first.missing || then.missing,
    int64Ends: first.int64Ends ?? then.int64Ends,
    uint64Ends: first.uint64Ends ?? then.uint64Ends,
    negative: first.negative || then.negative,
    large: first.large || then.large,
    allIntegers: first.allIntegers && then.allIntegers,
    allFloats: first.allFloats && then.allFloats,
    allBooleans: first.allBooleans && then.allBooleans,
  }
}

/** The kind of a column by all its cells: the same decisions as `inferColumn` takes. */
export function kindOfCells(seen: SeenCells): CellKind {
  if (seen.rows === 0) return 'empty'
  if (seen.int64Ends === undefined) return seen.missing ? 'int64 with gaps' : 'int64'
  if (seen.int64Ends === 'overflow' && seen.uint64Ends !== 'other') return kindOfLargeIntegers(seen)
  if (seen.allFloats) return 'float64'
  if (seen.allBooleans) return seen.missing ? 'bool with gaps' : 'bool'
  return 'str'
}

function kindOfLargeIntegers({ uint64Ends, negative, missing, large, allIntegers }: SeenCells): CellKind {
  if (uint64Ends === undefined && large && (negative || missing)) return 'literal'
  if (uint64Ends === undefined && !negative) return 'uint64'
  return allIntegers ? 'integers' : 'literal'
}
