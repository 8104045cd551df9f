import { Float32Digits } from './float32-digits.ts'

const DIGITS = 9
/** Integers up to it are their own shortest digits. */
const MAX_INTEGER = 2 ** 24

const decimal = new Float32Digits()

/**
 * The double whose shortest decimal digits are the shortest that read back as the same float32: 0.1 for the float32
 * nearest to it, which as a double is 0.10000000149011612. @param value finite, and a float32.
 */
export function shortestFloat32(value: number): number {
  if (Math.floor(value) === value && value < MAX_INTEGER && value > -MAX_INTEGER) return value
  if (decimal.find(Math.abs(value))) return value < 0 ? -decimal.value : decimal.value
  return byText(value)
}

function byText(value: number): number {
  for (let digits = 1; digits < DIGITS; digits++) {
    const candidate = Number(value.toPrecision(digits))
    if (Math.fround(candidate) === value) return candidate
  }
  return Number(value.toPrecision(DIGITS))
}
