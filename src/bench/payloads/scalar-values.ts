import { oneOf, type Random, several, wholeNumber } from './random.ts'

/** Makes a JSON value anew with each call. */
export type ValueMaker = (random: Random) => unknown

/** Of numbers nothing is known of: small ones, which are also valid as codes of categories. */
const LARGEST_CODE = 9
/** Digits behind the point of numbers nothing is known of: as long as those that people measure. */
const FRACTION_STEPS = 10_000
const BINARY_BYTES = 16
const WORDS: readonly [string, ...string[]] = [
  'alpha',
  'beta',
  'gamma',
  'delta',
  'epsilon',
  'zeta',
  'eta',
  'theta',
]

export const booleans: ValueMaker = (random) => random() < 0.5

/**
 * Whole numbers from the least to the greatest that the examples have. One value alone says only how large they get:
 * then from its half on, or that value where it is below 0.
 */
export function wholeNumbers(examples: readonly unknown[]): ValueMaker {
  const seen = several(examples.filter((value) => Number.isSafeInteger(value)).map(Number))
  if (seen === undefined) return (random) => wholeNumber(random, 0, LARGEST_CODE)
  const [least, most] = bounds(seen)
  const from = least === most ? Math.trunc(Math.min(least / 2, least)) : least
  return (random) => wholeNumber(random, from, most)
}

/** Numbers within what the examples have; of one value alone within half of it to either side; else from 0 to 1. */
export function numbers(examples: readonly unknown[]): ValueMaker {
  const seen = several(examples.filter((value) => typeof value === 'number').filter(Number.isFinite))
  if (seen === undefined) return (random) => Math.round(random() * FRACTION_STEPS) / FRACTION_STEPS
  const [least, most] = bounds(seen)
  // Counts and codes are often kept in columns of floats.
  if (least < most && seen.every(Number.isSafeInteger)) return wholeNumbers(seen)
  const [from, to] = least === most ? [least - Math.abs(least) / 2, most + Math.abs(most) / 2] : [least, most]
  return (random) => rounded(from + random() * (to - from))
}

/** One of those that the examples have, or a word. */
export function texts(examples: readonly unknown[]): ValueMaker {
  const seen = several(examples.filter((value) => typeof value === 'string'))
  if (seen !== undefined) return (random) => oneOf(random, seen)
  return (random) => `${oneOf(random, WORDS)} ${wholeNumber(random, 0, 99)}`
}

/** Base64, as MLflow takes what is binary. */
export function binaries(examples: readonly unknown[]): ValueMaker {
  const seen = several(examples.filter((value) => typeof value === 'string'))
  if (seen !== undefined) return (random) => oneOf(random, seen)
  return (random) =>
    Buffer.from(Array.from({ length: BINARY_BYTES }, () => wholeNumber(random, 0, 255))).toString('base64')
}

/** ISO 8601 without a zone, which MLflow refuses; within 2024 unless examples tell others. */
export function datetimes(examples: readonly unknown[]): ValueMaker {
  const seen = several(examples.filter((value) => typeof value === 'string'))
  if (seen !== undefined) return (random) => oneOf(random, seen)
  const [from, to] = [Date.UTC(2024, 0, 1), Date.UTC(2025, 0, 1) - 1]
  return (random) => new Date(wholeNumber(random, from, to)).toISOString().slice(0, 19)
}

function bounds(values: readonly number[]): readonly [least: number, most: number] {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const value of values) {
    if (value < least) least = value
    if (value > most) most = value
  }
  return [least, most]
}

/** Digits that a FP32 tells apart: what measured values have at most. */
function rounded(value: number): number {
  return Number(value.toPrecision(6))
}
