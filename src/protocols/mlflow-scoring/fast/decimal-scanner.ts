const POINT = 46
const MINUS = 45
const ZERO = 48
const LETTER_E = 101
const LOWER_CASE = 0x20
const PLUS = 43

/** Beyond it a double no longer holds every integer. */
const MAX_EXACT = 2 ** 53
/** The powers of ten that a double holds exactly. */
const POWERS = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`))
const MAX_EXACT_POWER = POWERS.length - 1
/** An int32 holds any number of so many. */
const MAX_SHORT_DIGITS = 9
/**
 * Longest mantissa that is added up. Up to 19 digits that goes wrong by less than 2^-49 of the value: three digits
 * too many, each with two roundings, and one more for the power of ten.
 */
const MAX_DIGITS = 19
const ABOVE = 1 + 2 ** -48
const BELOW = 1 - 2 ** -48

/**
 * Reads decimal numbers out of bytes without making texts of them. It knows plain ones only, `-12.5` or `1e-7`, and
 * of these those that one correctly rounded operation gives exactly: a mantissa up to 2^53, multiplied or divided
 * by a power of ten up to 10^22 (W. Clinger, "How to read floating point numbers accurately", 1990). For the rest
 * the caller takes the general way.
 */
export class DecimalScanner {
  /** Behind the number that was read last; negative where there was none to be sure of. */
  end = 0
  #mantissa = 0
  #exponent = 0

  /** @param bytes followed by a byte that belongs to no number. */
  float64(bytes: Uint8Array, start: number): number {
    const isNegative = bytes[start] === MINUS
    this.#scan(bytes, isNegative ? start + 1 : start)
    if (this.#mantissa > MAX_EXACT) this.end = -1
    const value = this.#scaled()
    return isNegative ? -value : value
  }

  /**
   * The double nearest to the number, rounded to float32. Longer mantissas do as well: wherever the value is sure to
   * be on one side of the middle between two float32s, its last bits do not matter.
   */
  float32(bytes: Uint8Array, start: number): number {
    const isNegative = bytes[start] === MINUS
    this.#scan(bytes, isNegative ? start + 1 : start)
    const value = this.#scaled()
    if (this.#mantissa > MAX_EXACT && Math.fround(value * BELOW) !== Math.fround(value * ABOVE)) this.end = -1
    return isNegative ? -value : value
  }

  /**
   * A number of few digits without an exponent, as most are: its mantissa is added up in 32 bits, in a third of the
   * time.
   */
  short(bytes: Uint8Array, start: number): number {
    let at = start
    let byte = bytes[at]!
    const isNegative = byte === MINUS
    if (isNegative) byte = bytes[++at]!
    const first = at
    let mantissa = 0
    let point = -1
    for (;;) {
      const digit = byte - ZERO
      if (digit >>> 0 <= 9) mantissa = (Math.imul(mantissa, 10) + digit) | 0
      else if (byte === POINT && point < 0 && at > first) point = at
      else break
      byte = bytes[++at]!
    }
    const digits = at - first - (point < 0 ? 0 : 1)
    const isShort = digits > 0 && digits <= MAX_SHORT_DIGITS && (byte | LOWER_CASE) !== LETTER_E
    this.end = isShort ? at : -1
    if (!isShort) return 0
    const value = point < 0 ? mantissa : mantissa / POWERS[at - point - 1]!
    return isNegative ? -value : value
  }

  #scaled(): number {
    const exponent = this.#exponent
    return exponent < 0 ? this.#mantissa / POWERS[-exponent]! : this.#mantissa * POWERS[exponent]!
  }

  #scan(bytes: Uint8Array, start: number): void {
    let at = start
    let mantissa = 0
    let digit = (bytes[at]! - ZERO) >>> 0
    while (digit <= 9) {
      mantissa = mantissa * 10 + digit
      at += 1
      digit = (bytes[at]! - ZERO) >>> 0
    }
    let digits = at - start
    let exponent = 0
    if (digits > 0 && bytes[at] === POINT) {
      at += 1
      const point = at
      digit = (bytes[at]! - ZERO) >>> 0
      while (digit <= 9) {
        mantissa = mantissa * 10 + digit
        at += 1
        digit = (bytes[at]! - ZERO) >>> 0
      }
      exponent = point - at
      digits -= exponent
    }
    this.end = digits > 0 && digits <= MAX_DIGITS ? at : -1
    this.#mantissa = mantissa
    this.#exponent = exponent
    if ((bytes[at]! | LOWER_CASE) === LETTER_E) this.#scanExponent(bytes, at + 1)
    if (this.#exponent < -MAX_EXACT_POWER || this.#exponent > MAX_EXACT_POWER) {
      this.#exponent = 0
      this.end = -1
    }
  }

  #scanExponent(bytes: Uint8Array, start: number): void {
    const isNegative = bytes[start] === MINUS
    const first = isNegative || bytes[start] === PLUS ? start + 1 : start
    let at = first
    let exponent = 0
    let digit = (bytes[at]! - ZERO) >>> 0
    while (digit <= 9 && at < first + 4) {
      exponent = exponent * 10 + digit
      at += 1
      digit = (bytes[at]! - ZERO) >>> 0
    }
    this.#exponent += isNegative ? -exponent : exponent
    if (this.end >= 0) this.end = at > first && digit > 9 ? at : -1
  }
}
