/** Beyond it a double no longer tells which integer was meant, and casts by way of int64 round differently. */
const MAX_EXACT = 2 ** 53

export type FloatData = Float32Array | Float64Array

/**
 * Copies parsed numbers into typed arrays and watches what it copies: `JSON.parse` does not tell 1 from 1.0, nor
 * 1e400 from an endless integer, and the caller must know where that matters.
 */
export class NumberFiller {
  /** A number that is no integer was seen, so that NumPy's dtype is float64 beyond doubt. */
  sawFraction = false
  readonly #nullIsNaN: boolean

  constructor(nullIsNaN: boolean) {
    this.#nullIsNaN = nullIsNaN
  }

  /** Writes `row` to `data` from `start`, `step` apart; false where the row is not what it should be. */
  fill(data: FloatData, row: unknown, length: number, start: number, step = 1): boolean {
    if (!Array.isArray(row) || row.length !== length) return false
    // At once told for a list of numbers alone, and such a list must be read by a loop that sees no others: V8 boxes
    // each number of it (15 ns) where the same loop has read lists of other values too.
    const hasNull = this.#nullIsNaN && row.includes(null)
    return hasNull
      ? this.#fillMixed(data, row, start, step)
      : this.#fillNumbers(data, row as readonly unknown[], start, step)
  }

  #fillNumbers(data: FloatData, row: readonly unknown[], start: number, step: number): boolean {
    let fraction = this.sawFraction
    for (let i = 0, at = start; i < row.length; i++, at += step) {
      const value = row[i]
      if (typeof value !== 'number' || !isCertain(value)) return false
      data[at] = value
      fraction ||= value !== Math.floor(value)
    }
    this.sawFraction = fraction
    return true
  }

  /** NaN is a float, so that what is not null decides nothing. */
  #fillMixed(data: FloatData, row: readonly unknown[], start: number, step: number): boolean {
    for (let i = 0, at = start; i < row.length; i++, at += step) {
      if (!this.put(data, row[i], at)) return false
    }
    return true
  }

  /** Writes one number, or NaN for null. */
  put(data: FloatData, value: unknown, at: number): boolean {
    data[at] = typeof value === 'number' ? value : Number.NaN
    return typeof value === 'number' ? isCertain(value) : value === null && this.#nullIsNaN
  }

  /** Nested lists of exactly `shape`, in row-major order. */
  fillNested(data: FloatData, value: unknown, shape: readonly number[], axis = 0, start = 0): boolean {
    const length = shape[axis] as number
    if (axis === shape.length - 1) return this.fill(data, value, length, start)
    if (!Array.isArray(value) || value.length !== length) return false
    let size = 1
    for (let i = axis + 1; i < shape.length; i++) size *= shape[i] as number
    for (let i = 0; i < length; i++) {
      if (!this.fillNested(data, value[i], shape, axis + 1, start + i * size)) return false
    }
    return true
  }
}

/** -0 is 0 where it was an integer. */
function isCertain(value: number): boolean {
  return value <= MAX_EXACT && value >= -MAX_EXACT && !Object.is(value, -0)
}

/** Lengths of the first list at each depth; undefined where there are not as many depths, or an empty list. */
export function shapeOfFirst(value: unknown, rank: number): number[] | undefined {
  const shape: number[] = []
  let inner = value
  for (let axis = 1; axis <= rank; axis++) {
    if (!Array.isArray(inner) || inner.length === 0) return undefined
    shape.push(inner.length)
    // No number is read here, where lists are: see `fill`.
    if (axis < rank) inner = inner[0]
  }
  return shape
}
