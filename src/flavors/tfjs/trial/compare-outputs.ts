import type { Tensor } from '../../../core/tensor.ts'

/** How far a value may be off, as a share of the value itself. */
const RELATIVE_TOLERANCE = 1e-3
/** And as a share of the largest value of its row. */
const ROW_TOLERANCE = 1e-4
/** And of what is large for the output at all: a row of zeros may hold the rest of a rounding. */
const OUTPUT_TOLERANCE = 1e-6
/** Smaller numbers are nothing: engines differ in whether they keep denormals. */
const NOTHING = 1e-36

/** What two engines gave for one output agrees in type, shape and values, or it does not. */
export type Comparison =
  | {
      readonly equal: true
      /** The largest distance of two values, as a share of the largest value of their row, or of usual ones. */
      readonly difference: number
      /** The largest distance itself. */
      readonly distance: number
    }
  | {
      readonly equal: false
      /** How far finite values are apart, as a share of the largest value of their row; undefined otherwise. */
      readonly difference?: number
      /** `by 3 %`, `in its shape, [2, 3] where [2, 4] is right`. */
      readonly how: string
      /** The first row that differs; undefined where all of it does. */
      readonly row?: number
    }

/**
 * Compares an output with what it should be: floats within 1e-3 of the value and 1e-4 of the largest one of the row,
 * with NaN and infinity in the same places; everything else exactly.
 * @param rows how many rows the first dimension has; 1 where it has none.
 * @param usual size of the output's values for ordinary inputs, where it is known: saturated ones may be far smaller.
 */
export function compareOutputs(expected: Tensor, actual: Tensor, rows: number, usual = 0): Comparison {
  if (actual.datatype !== expected.datatype) {
    return { equal: false, how: `in its datatype, ${actual.datatype} where ${expected.datatype} is right` }
  }
  if (actual.shape.join() !== expected.shape.join()) {
    return { equal: false, how: `in its shape, [${actual.shape}] where [${expected.shape}] is right` }
  }
  const parts = expected.shape[0] === rows ? rows : 1
  if (expected.datatype === 'FP32' && actual.datatype === 'FP32') {
    return compareFloats(expected.data, actual.data, { rows: parts, usual })
  }
  return compareExactly(expected, actual, parts)
}

function compareExactly({ data: expected }: Tensor, { data: actual }: Tensor, rows: number): Comparison {
  for (let index = 0; index < expected.length; index += 1) {
    if (actual[index] === expected[index]) continue
    const row = Math.floor(index / (expected.length / rows))
    return { equal: false, how: `with ${actual[index]} where ${expected[index]} is right`, row }
  }
  return { equal: true, difference: 0, distance: 0 }
}

function compareFloats(
  expected: Float32Array,
  actual: Float32Array,
  { rows, usual }: { readonly rows: number; readonly usual: number },
): Comparison {
  const length = expected.length / rows
  const floor = Math.max(NOTHING, OUTPUT_TOLERANCE * Math.max(usual, largestOf(expected)))
  let difference = 0
  let distance = 0
  for (let row = 0; row < rows; row += 1) {
    const from = row * length
    const compared = compareRow(expected.subarray(from, from + length), actual.subarray(from), floor)
    if (compared.how !== undefined) return { equal: false, how: compared.how, row, ...compared.off }
    difference = Math.max(difference, compared.distance / Math.max(usual, compared.largest))
    distance = Math.max(distance, compared.distance)
  }
  return { equal: true, difference, distance }
}

interface RowComparison {
  readonly distance: number
  /** The largest value, never 0. */
  readonly largest: number
  readonly how?: string
  readonly off?: { readonly difference: number }
}

function compareRow(expected: Float32Array, actual: Float32Array, floor: number): RowComparison {
  const largest = Math.max(largestOf(expected), NOTHING)
  const absolute = Math.max(floor, ROW_TOLERANCE * largest)
  let distance = 0
  let isOff = false
  for (let index = 0; index < expected.length; index += 1) {
    const right = expected[index]!
    const given = actual[index]!
    if (!Number.isFinite(right) || !Number.isFinite(given)) {
      if (Object.is(right, given)) continue
      return { distance, largest, how: `with ${given} where ${right} is right` }
    }
    const off = Math.abs(given - right)
    isOff ||= off > absolute + RELATIVE_TOLERANCE * Math.abs(right)
    distance = Math.max(distance, off)
  }
  if (!isOff) return { distance, largest }
  const difference = distance / largest
  return { distance, largest, how: `by ${percent(difference)}`, off: { difference } }
}

/** The largest magnitude among the finite values; 0 where there is none. */
export function largestOf(values: Float32Array): number {
  let largest = 0
  for (const value of values) {
    const size = Math.abs(value)
    if (size > largest && size !== Number.POSITIVE_INFINITY) largest = size
  }
  return largest
}

/** `3.1 %`; of shares that are larger than the values themselves as `210 %`. */
function percent(share: number): string {
  const value = share * 100
  return `${value < 100 ? Number(value.toPrecision(2)) : Math.round(value)} %`
}
