import { floatText } from '../python/float-text.ts'
import { FloatDigits } from './float-digits.ts'

const FIRST_BYTES = 64 * 1024
const MINUS = 45
const POINT = 46
const ZERO = 48
const LETTER_E = 101
/** Python writes numbers below 1e-4 with an exponent. */
const LEAST_POINT = -3
/** Longest text of an int32, `-2147483648`. */
const INT32_BYTES = 11
/** Longest text of a float64 without an exponent, `0.00012345678901234567`, and more. */
const FLOAT_BYTES = 24
/** UTF-8 takes at most as many bytes for a UTF-16 unit. */
const MAX_BYTES_PER_UNIT = 3
/** Text that grows in bytes. */
export class TextBuffer {
  #bytes = Buffer.allocUnsafeSlow(FIRST_BYTES)
  #length = 0
  readonly #float = new FloatDigits()

  /** Bytes written. */
  get length(): number {
    return this.#length
  }

  /** A byte of ASCII. */
  byte(byte: number): void {
    this.#reserve(1)
    this.#bytes[this.#length++] = byte
  }

  /** A text that is all ASCII. */
  ascii(text: string): void {
    const length = text.length
    this.#reserve(length)
    const bytes = this.#bytes
    const start = this.#length
    for (let i = 0; i < length; i++) bytes[start + i] = text.charCodeAt(i)
    this.#length = start + length
  }

  utf8(text: string): void {
    this.#reserve(MAX_BYTES_PER_UNIT * text.length)
    this.#length += this.#bytes.write(text, this.#length)
  }

  /** The decimal digits of an int32. */
  integer(value: number): void {
    this.#reserve(INT32_BYTES)
    if (value < 0) this.#bytes[this.#length++] = MINUS
    let rest = Math.abs(value)
    const start = this.#length
    let end = start + 1
    for (let power = 10; power <= rest; power *= 10) end += 1
    for (let at = end - 1; at >= start; at -= 1) {
      const tens = Math.floor(rest / 10)
      this.#bytes[at] = ZERO + (rest - 10 * tens)
      rest = tens
    }
    this.#length = end
  }

  /** `floatText` of a number that is finite. */
  float(value: number): void {
    if (value === (value | 0) && !Object.is(value, -0)) {
      this.integer(value)
      this.ascii('.0')
    } else if (this.#float.find(Math.abs(value))) {
      if (value < 0) this.byte(MINUS)
      this.#digits(this.#float)
    } else this.ascii(floatText(value))
  }

  #digits(float: FloatDigits): void {
    this.#reserve(FLOAT_BYTES)
    if (float.point < LEAST_POINT) this.#scientific(float)
    else this.#positional(float)
  }

  /** `1.25e-05`: all exponents have one digit. */
  #scientific({ digits, count, point }: FloatDigits): void {
    const bytes = this.#bytes
    let at = this.#length
    bytes[at++] = digits[0]!
    if (count > 1) bytes[at++] = POINT
    for (let i = 1; i < count; i++) bytes[at++] = digits[i]!
    bytes[at++] = LETTER_E
    bytes[at++] = MINUS
    bytes[at++] = ZERO
    bytes[at++] = ZERO + 1 - point
    this.#length = at
  }

  #positional({ digits, count, point }: FloatDigits): void {
    const bytes = this.#bytes
    let at = this.#length
    if (point <= 0) {
      bytes[at++] = ZERO
      bytes[at++] = POINT
      for (let i = point; i < 0; i++) bytes[at++] = ZERO
    }
    // Values of whole numbers beyond int32 end in a zero behind the point, as all others do.
    const length = Math.max(count, point + 1)
    for (let i = 0; i < length; i++) {
      if (i === point && i > 0) bytes[at++] = POINT
      bytes[at++] = i < count ? digits[i]! : ZERO
    }
    this.#length = at
  }

  /** The text so far, in memory of its own; the buffer is then empty. */
  take(): Uint8Array<ArrayBuffer> {
    const text = new Uint8Array(this.#length)
    text.set(this.#bytes.subarray(0, this.#length))
    this.#length = 0
    return text
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return
    const larger = Buffer.allocUnsafeSlow(2 * this.#bytes.length + count)
    larger.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = larger
  }
}
