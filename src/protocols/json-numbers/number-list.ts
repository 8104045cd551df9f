/** What was seen in a list: bits of `NumberList.traits`. */
export const NumberTraits = {
  /** A number written with `.` or an exponent. */
  FRACTION: 1,
  /** A number written with neither. */
  INTEGER: 2,
  NULL: 4,
  BOOLEAN: 8,
  /** `-0`, or anything negative that is too small for a double. */
  NEGATIVE_ZERO: 16,
  /** An integer literal beyond ±2^53: its double may be another number. `toInt64` has it exactly. */
  LARGE_INTEGER: 32,
  /** An integer literal that int64 does not hold. */
  BEYOND_INT64: 64,
  /** No finite double: `JSON.parse` gives Infinity. */
  HUGE: 128,
} as const

/** Depth of the deepest list that is taken out of a body. */
export const MOST_DEPTH = 8

/** A number, or a regular list of numbers, that was taken out of a body. Valid until the next scan of its scanner. */
export interface NumberList {
  /** Lengths at each depth; empty for a number that stood alone. Not to be kept. */
  readonly shape: readonly number[]
  /** Elements in all: the product of the shape. */
  readonly count: number
  /** Offset of its first element in the scanner's values. */
  readonly start: number
  /** Bits of `NumberTraits`, of all its elements. */
  readonly traits: number
}
