/** Splits a double into halves whose products are exact (T. J. Dekker, 1971). */
const SPLITTER = 2 ** 27 + 1
const POWERS = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`))
/** Values are scaled to 17 digits before the point, of which two doubles tell every double apart. */
const LAST_DIGIT = 16
const LOW_DIGITS = 8
const LOW = 10 ** LOW_DIGITS
/** Values that an exact power of ten scales, and that Python writes without an exponent or with a negative one. */
const LEAST = 1e-6
const MOST = 1e15
/** Far more than the roundings of this arithmetic: what is closer to a border is not decided here. */
const UNSURE = 1e-6
const ZERO = 48

/**
 * The shortest decimal digits that read back as the same double, nearest to it among those, for the doubles that
 * have few enough digits: several times faster than by way of a text, and without garbage. What one double cannot
 * hold is kept in a second one.
 */
export class FloatDigits {
  /** Characters of the digits, of which there are `count`, without zeros at the end. */
  readonly digits = new Uint8Array(LAST_DIGIT + 1)
  count = 0
  /** Digits before the decimal point; not above 0 where zeros follow it, -5 at the least. */
  point = 0
  readonly #value = new Float64Array(1)
  readonly #bits = new Uint32Array(this.#value.buffer)

  /** @returns false where the digits are to be found in another way. */
  find(value: number): boolean {
    if (!(value >= LEAST && value < MOST)) return false
    const exponent = decimalExponent(value)
    const power = POWERS[LAST_DIGIT - exponent]!
    const scaled = value * power
    const halfUlp = this.#halfUlp(value) * power
    if (!(scaled >= 1e16 && scaled < 1e17) || halfUlp === 0) return false
    let high = Math.floor(scaled / LOW)
    // Doubles of this size are integers: the rest is exact.
    let low = nearestShort(scaled - high * LOW + productError(value, power, scaled), halfUlp)
    if (Number.isNaN(low)) return false
    if (low < 0) {
      high -= 1
      low += LOW
    } else if (low >= LOW) {
      high += 1
      low -= LOW
    }
    if (high >= 10 ** (LAST_DIGIT + 1 - LOW_DIGITS)) return false
    this.point = exponent + 1
    this.#write(high, low)
    return true
  }

  /** Half of the distance to the next double; 0 at a power of two, below which they lie closer. */
  #halfUlp(value: number): number {
    this.#value[0] = value
    const upper = this.#bits[1]!
    if (this.#bits[0] === 0 && (upper & 0xfffff) === 0) return 0
    this.#bits[0] = 0
    this.#bits[1] = ((upper >>> 20) - 53) << 20
    return this.#value[0]
  }

  #write(high: number, low: number): void {
    const { digits } = this
    let rest = low | 0
    for (let at = LAST_DIGIT; at > LAST_DIGIT - LOW_DIGITS; at -= 1) {
      const tens = (rest / 10) | 0
      digits[at] = ZERO + rest - 10 * tens
      rest = tens
    }
    rest = high | 0
    for (let at = LAST_DIGIT - LOW_DIGITS; at >= 0; at -= 1) {
      const tens = (rest / 10) | 0
      digits[at] = ZERO + rest - 10 * tens
      rest = tens
    }
    let count = LAST_DIGIT + 1
    while (count > 1 && digits[count - 1] === ZERO) count -= 1
    this.count = count
  }
}

/** The power of ten that is not above `value`. */
function decimalExponent(value: number): number {
  let exponent = 0
  if (value >= 1) while (value >= POWERS[exponent + 1]!) exponent += 1
  else while (value * POWERS[-exponent]! < 1) exponent -= 1
  return exponent
}

/** What `a * b` lost when it was rounded to `product`. */
function productError(a: number, b: number, product: number): number {
  const aSplit = SPLITTER * a
  const aHigh = aSplit - (aSplit - a)
  const aLow = a - aHigh
  const bSplit = SPLITTER * b
  const bHigh = bSplit - (bSplit - b)
  const bLow = b - bHigh
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow)
}

/**
 * The integer with the most zeros at its end that is less than `reach` away, the nearest one of these; NaN where a
 * rounding decides.
 */
function nearestShort(value: number, reach: number): number {
  let found = Number.NaN
  for (let power = 1; power <= LOW; power *= 10) {
    const quotient = value / power
    const candidate = Math.floor(quotient + 0.5) * power
    const distance = Math.abs(candidate - value)
    if (Math.abs(distance - reach) < UNSURE) return Number.NaN
    if (distance > reach) return found
    if (Math.abs(distance - 0.5 * power) < UNSURE) return Number.NaN
    found = candidate
  }
  return found
}
