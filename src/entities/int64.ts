/** A 64-bit integer: a number where that is exact, a bigint beyond ±2^53. */
export type Int64 = number | bigint

const LIMIT = 2n ** 63n

/** The 64-bit integer nearest to a number: beyond ±2^53 a bigint, which every database takes as an integer. */
export function asInt64(value: Int64): Int64 {
  if (Number.isSafeInteger(value)) return value
  const whole = typeof value === 'bigint' ? value : BigInt(Math.trunc(value))
  if (whole >= LIMIT) return LIMIT - 1n
  return whole < -LIMIT ? -LIMIT : whole
}

/** @param text digits, with a sign before and blanks behind */
export function int64OfText(text: string): Int64 {
  const number = Number(text)
  return Number.isSafeInteger(number) ? number : BigInt(text.trim())
}
