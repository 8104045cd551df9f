import { decimalPower, LARGEST_EXACT_POWER, POWERS } from './decimal-powers.ts'

/** Splits a double into halves whose products are exact (T. J. Dekker, 1971). */
const SPLITTER = 2 ** 27 + 1
/** Values are scaled to 17 digits before the point, of which two doubles tell every double apart. */
const LAST_DIGIT = 16
const LOW = 1e8
const MOST_HIGH = 1e9
/** Values that a power of ten scales, the halves of which can be told apart. */
const LEAST = 1e-283
const MOST = 1e17
/** Far more than the roundings of this arithmetic: what is closer to a border is not decided here. */
const UNSURE = 1e-6
const BIAS = 1023
const BINARY_EXPONENTS = 2 ** 11

/** By the exponent bits of a double: half of the distance to the next one; 0 where it was not wanted yet. */
const HALF_ULPS = new Float64Array(BINARY_EXPONENTS)
/** The power of ten that is not above the doubles with that exponent, or the one below it. */
const DECIMAL_EXPONENTS = new Int16Array(BINARY_EXPONENTS)
/** The next power of ten. */
const NEXT_POWERS = new Float64Array(BINARY_EXPONENTS)
/** By the power of ten: its upper half, its lower half, and what the double of it lacks. */
const UPPERS = new Float64Array(LAST_DIGIT + 300)
const LOWERS = new Float64Array(UPPERS.length)
const LACKS = new Float64Array(UPPERS.length)

const VALUE = new Float64Array(1)
const BITS = new Uint32Array(VALUE.buffer)

/**
 * The shortest decimal digits that read back as the same double, nearest to it among those: several times faster than by
 * way of a text, and without garbage. What one double cannot hold is kept in a second one.
 */
export class FloatDigits {
  /** The first nine digits. */
  high = 0
  /** The eight digits behind them. */
  low = 0
  /** Digits before the decimal point; not above 0 where zeros follow it. */
  point = 0

  /** @returns false where the digits are to be found in another way. */
  find(value: number): boolean {
    if (!(value >= LEAST && value < MOST)) return false
    VALUE[0] = value
    const upper = BITS[1]!
    const binary = upper >>> 20
    if (HALF_ULPS[binary] === 0) fillTables(binary)
    const exponent = DECIMAL_EXPONENTS[binary]! + (value < NEXT_POWERS[binary]! ? 0 : 1)
    const scale = LAST_DIGIT - exponent
    const power = POWERS[scale]!
    const scaled = value * power
    if (!(scaled >= 1e16 && scaled < 1e17)) return false
    const high = Math.floor(scaled * (1 / LOW))
    const error = productError(value, scale, scaled)
    // Doubles of this size are integers: the difference is exact.
    const rest = scaled - high * LOW + error
    const halfUlp = HALF_ULPS[binary]! * power
    this.point = exponent + 1
    // Below a power of two doubles lie closer than above it.
    const isPowerOfTwo = BITS[0] === 0 && (upper & 0xfffff) === 0
    const below = isPowerOfTwo ? 0.5 * halfUlp : halfUlp
    const low = quickShort(rest, below, halfUlp)
    if (!Number.isNaN(low)) return this.#keep(high, low)
    const isExact = scale <= LARGEST_EXACT_POWER && Math.floor(2 * error) === 2 * error
    return this.#keep(high, nearestShort(rest, below, halfUlp, isExact))
  }

  /** @param low from a few below 0 to a few above `LOW`, or NaN. */
  #keep(high: number, low: number): boolean {
    if (Number.isNaN(low)) return false
    const carry = low < 0 ? -1 : low >= LOW ? 1 : 0
    this.high = (high + carry) | 0
    this.low = (low - carry * LOW) | 0
    return this.high >= MOST_HIGH / 10 && this.high < MOST_HIGH
  }
}

function fillTables(binary: number): void {
  const exponent = Math.floor((binary - BIAS) * Math.LOG10E * Math.LN2)
  HALF_ULPS[binary] = 2 ** (binary - BIAS - 53)
  DECIMAL_EXPONENTS[binary] = exponent
  NEXT_POWERS[binary] = Number(`1e${exponent + 1}`)
  for (const scale of [LAST_DIGIT - exponent, LAST_DIGIT - exponent - 1]) if (scale >= 0) fillPower(scale)
}

function fillPower(scale: number): void {
  const power = decimalPower(scale)
  const split = SPLITTER * power
  UPPERS[scale] = split - (split - power)
  LOWERS[scale] = power - UPPERS[scale]!
  LACKS[scale] = Number(10n ** BigInt(scale) - BigInt(power))
}

/** What `value` times a power of ten lost when it was rounded to `product`. */
function productError(value: number, scale: number, product: number): number {
  const split = SPLITTER * value
  const upper = split - (split - value)
  const lower = value - upper
  const powerUpper = UPPERS[scale]!
  const powerLower = LOWERS[scale]!
  const rounding = product - upper * powerUpper - lower * powerUpper - upper * powerLower
  return lower * powerLower - rounding + value * LACKS[scale]!
}

/** `nearestShort` of the many values that have few digits, or all of them, or all but one; NaN of others. */
function quickShort(value: number, below: number, above: number): number {
  if (Math.abs(value) < below - UNSURE) return 0
  if (Math.abs(value - LOW) < below - UNSURE) return LOW
  const tens = Math.floor(value * 0.1 + 0.5) * 10
  const fromTens = Math.abs(tens - value)
  if (fromTens > above + UNSURE) {
    const ones = Math.floor(value + 0.5)
    return Math.abs(ones - value) < 0.5 - UNSURE ? ones : Number.NaN
  }
  const hundreds = Math.floor(value * 0.01 + 0.5) * 100
  if (Math.abs(hundreds - value) < above + UNSURE) return Number.NaN
  return fromTens < below - UNSURE && fromTens < 5 - UNSURE ? tens : Number.NaN
}

/**
 * The integer with the most zeros at its end that is less than `below` below `value` or less than `above` above it, the
 * nearest one of these, of two equally near the one whose last digit is even; NaN where a rounding decides.
 * @param isExact no rounding can decide between two that are equally near.
 */
function nearestShort(value: number, below: number, above: number, isExact: boolean): number {
  let found = Number.NaN
  for (let power = 1; power <= LOW; power *= 10) {
    const quotient = Math.floor(value / power + 0.5)
    let candidate = quotient * power
    const fromTie = Math.abs(candidate - value) - 0.5 * power
    if (isExact && fromTie === 0 && below === above) candidate -= (quotient & 1) * power
    else if (Math.abs(fromTie) < UNSURE) return Number.NaN
    if (candidate < value && value - candidate > below + UNSURE) candidate += power
    const beyond = candidate < value ? value - candidate - below : candidate - value - above
    if (Math.abs(beyond) < UNSURE) return Number.NaN
    if (beyond > 0) return found
    found = candidate
  }
  return found
}
