import { Float32Decimal } from './float32-decimal.ts'

/** Longest text that is written here, `-999999999.123456789` and a comma, and more. */
const MOST_BYTES = 32
/** Smaller numbers are written elsewhere; larger ones are not of an int32. */
const LEAST = 1e-12
const MOST = 1e9
/** Python writes smaller numbers with an exponent, of two digits at least. */
const LEAST_PLAIN = 1e-4
const INT32_MAX = 2 ** 31 - 1

const MINUS = 45
const POINT = 46
const ZERO = 48
const COMMA = 44
const LETTER_E = 101
const POWERS = Float64Array.from({ length: 14 }, (_, exponent) => 10 ** exponent)

/** Writes the elements of a large list, several times faster than by way of a text for each. */
export class Float32List {
  readonly #decimal = new Float32Decimal()
  #bytes: Buffer
  #length = 0

  constructor(count: number) {
    this.#bytes = Buffer.allocUnsafe(16 * count + MOST_BYTES)
  }

  /**
   * @param data finite or not.
   * @param textOf what is written for an element that is not written here.
   * @returns the elements with commas between them.
   */
  write(data: ArrayLike<number>, textOf: (value: number) => string): string {
    for (let i = 0; i < data.length; i++) {
      if (i > 0) this.#bytes[this.#length++] = COMMA
      const value = data[i]!
      if (!this.#writeDecimal(value)) this.#length += this.#bytes.write(textOf(value), this.#length, 'latin1')
      if (this.#length + MOST_BYTES > this.#bytes.length) this.#grow()
    }
    return this.#bytes.toString('latin1', 0, this.#length)
  }

  #writeDecimal(value: number): boolean {
    const magnitude = Math.abs(value)
    const decimal = this.#decimal
    if (!(magnitude >= LEAST && magnitude < MOST && decimal.find(magnitude))) return false
    if (decimal.exponent < 1 || decimal.integer > INT32_MAX) return false
    if (value < 0) this.#bytes[this.#length++] = MINUS
    if (decimal.value < LEAST_PLAIN) this.#writeScientific(decimal)
    else this.#writePlain(decimal)
    return true
  }

  #writePlain(decimal: Float32Decimal): void {
    const scale = POWERS[decimal.exponent]!
    const whole = Math.floor(decimal.integer / scale)
    this.#writeWhole(whole)
    this.#bytes[this.#length++] = POINT
    this.#writeFraction(decimal.integer - whole * scale, decimal.exponent)
  }

  /** `1.25e-07`: the first digit is written where the point comes to be, and moved before it. */
  #writeScientific({ integer, exponent }: Float32Decimal): void {
    let digits = integer | 0
    let power = exponent
    while (digits % 10 === 0) {
      digits = (digits / 10) | 0
      power -= 1
    }
    const start = this.#length
    this.#length += 1
    this.#writeWhole(digits)
    this.#bytes[start] = this.#bytes[start + 1]!
    power -= this.#length - start - 2
    if (this.#length === start + 2) this.#length -= 1
    else this.#bytes[start + 1] = POINT
    this.#bytes[this.#length++] = LETTER_E
    this.#bytes[this.#length++] = MINUS
    this.#writeDigits(power, this.#length, this.#length + 2)
    this.#length += 2
  }

  #writeWhole(whole: number): void {
    let end = this.#length + 1
    for (let power = 10; power <= whole; power *= 10) end += 1
    this.#writeDigits(whole, this.#length, end)
    this.#length = end
  }

  /** Without the zeros at its end, of which one stays where it is nothing else. */
  #writeFraction(fraction: number, digits: number): void {
    let rest = fraction | 0
    let count = digits
    while (count > 1 && rest % 10 === 0) {
      rest = (rest / 10) | 0
      count -= 1
    }
    this.#writeDigits(rest, this.#length, this.#length + count)
    this.#length += count
  }

  #writeDigits(integer: number, start: number, end: number): void {
    const bytes = this.#bytes
    let rest = integer | 0
    for (let at = end - 1; at >= start; at -= 1) {
      const tens = (rest / 10) | 0
      bytes[at] = ZERO + rest - 10 * tens
      rest = tens
    }
  }

  #grow(): void {
    const larger = Buffer.allocUnsafe(2 * this.#bytes.length)
    larger.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = larger
  }
}
