import { floatText } from '../python/float-text.ts'
import { FloatDigits } from './float-digits.ts'

const FIRST_BYTES = 64 * 1024
/** A buffer that has grown beyond it is given back when its text is taken. */
const MOST_KEPT_BYTES = 4 * 2 ** 20
const MINUS = 45
const PLUS = 43
const POINT = 46
const ZERO = 48
const COMMA = 44
const SPACE = 32
const QUOTE = 34
const BACKSLASH = 92
const TILDE = 126
const MOST_ASCII = 127
const LETTER_E = 101
/** Python writes numbers below 1e-4 and from 1e16 up with an exponent. */
const LEAST_POINT = -3
const MOST_POINT = 16
/** Longest text of an int32, `-2147483648`. */
const INT32_BYTES = 11
/** Longest text of a float64, `-0.00012345678901234567`, with all of its 17 digits and what is moved behind them. */
const FLOAT_BYTES = 32
/** UTF-8 takes at most as many bytes for a UTF-16 unit. */
const MAX_BYTES_PER_UNIT = 3
/** Longer texts are written by native code, the call of which costs as much as a loop over so many characters. */
const LONG_TEXT = 48

/** The digits of a number above 0: nine, eight behind them, and how many of all stand before the point. */
export interface Digits {
  readonly high: number
  readonly low: number
  /** Not above 0 where zeros follow the point. */
  readonly point: number
}

/** For `TextBuffer.bytes`. */
export function asciiBytes(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'latin1'))
}

/** Text that grows in bytes. */
export class TextBuffer {
  #bytes = Buffer.allocUnsafeSlow(FIRST_BYTES)
  #length = 0
  #isAscii = true
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

  /** A comma and a space, as `json.dumps` puts them between items. */
  separator(): void {
    this.#reserve(2)
    this.#bytes[this.#length] = COMMA
    this.#bytes[this.#length + 1] = SPACE
    this.#length += 2
  }

  /** Bytes of ASCII: few, since they are copied one by one. */
  bytes(source: Uint8Array): void {
    const { length } = source
    this.#reserve(length)
    const bytes = this.#bytes
    const start = this.#length
    for (let i = 0; i < length; i++) bytes[start + i] = source[i]!
    this.#length = start + length
  }

  /** A text that is all ASCII. */
  ascii(text: string): void {
    const { length } = text
    this.#reserve(length)
    if (length > LONG_TEXT) this.#bytes.write(text, this.#length, 'latin1')
    else this.#copy(text)
    this.#length += length
  }

  #copy(text: string): void {
    const bytes = this.#bytes
    const start = this.#length
    for (let i = 0; i < text.length; i++) bytes[start + i] = text.charCodeAt(i)
  }

  utf8(text: string): void {
    this.#reserve(MAX_BYTES_PER_UNIT * text.length)
    if (text.length <= LONG_TEXT && this.#copyAscii(text)) return
    const written = this.#bytes.write(text, this.#length)
    if (written !== text.length) this.#isAscii = false
    this.#length += written
  }

  #copyAscii(text: string): boolean {
    const bytes = this.#bytes
    const start = this.#length
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i)
      if (unit > MOST_ASCII) return false
      bytes[start + i] = unit
    }
    this.#length = start + text.length
    return true
  }

  /** A short text in quotes. @returns false, with nothing written, for a longer one and for one that JSON escapes. */
  quoted(text: string): boolean {
    const { length } = text
    if (length > LONG_TEXT) return false
    this.#reserve(length + 2)
    const bytes = this.#bytes
    let at = this.#length
    bytes[at++] = QUOTE
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i)
      if (unit < SPACE || unit > TILDE || unit === QUOTE || unit === BACKSLASH) return false
      bytes[at++] = unit
    }
    bytes[at++] = QUOTE
    this.#length = at
    return true
  }

  /** The decimal digits of an int32. */
  integer(value: number): void {
    this.#reserve(INT32_BYTES)
    const bytes = this.#bytes
    if (value < 0) bytes[this.#length++] = MINUS
    let rest = Math.abs(value) >>> 0
    let end = this.#length + 1
    for (let power = 10; power <= rest; power *= 10) end += 1
    this.#length = end
    do {
      const tens = (rest / 10) >>> 0
      end -= 1
      bytes[end] = ZERO + rest - 10 * tens
      rest = tens
    } while (rest > 0)
  }

  /** `floatText` of a number that is finite. */
  float(value: number): void {
    if (value === (value | 0) && !Object.is(value, -0)) this.wholeFloat(value)
    else if (this.#float.find(Math.abs(value))) this.decimal(this.#float, value < 0)
    else this.ascii(floatText(value))
  }

  /** `3.0` of an int32. */
  wholeFloat(value: number): void {
    this.integer(value)
    this.#reserve(2)
    this.#bytes[this.#length++] = POINT
    this.#bytes[this.#length++] = ZERO
  }

  /** A number in the form of Python's `repr`. */
  decimal({ high, low, point }: Digits, isNegative: boolean): void {
    this.#reserve(FLOAT_BYTES)
    if (isNegative) this.#bytes[this.#length++] = MINUS
    if (point < LEAST_POINT || point > MOST_POINT) this.#scientific(high, low, point)
    else if (point <= 0) this.#fraction(high, low, point)
    else this.#mixed(high, low, point)
  }

  /** `0.00125` */
  #fraction(high: number, low: number, point: number): void {
    const bytes = this.#bytes
    let at = this.#length
    bytes[at++] = ZERO
    bytes[at++] = POINT
    for (let i = point; i < 0; i++) bytes[at++] = ZERO
    this.#length = writeDigits(bytes, at, high, low)
  }

  /** `125.5`, or `125000.0` where all digits stand before the point. */
  #mixed(high: number, low: number, point: number): void {
    const bytes = this.#bytes
    const start = this.#length
    let end = writeDigits(bytes, start + 1, high, low)
    while (end < start + point + 2) bytes[end++] = ZERO
    for (let at = start; at < start + point; at++) bytes[at] = bytes[at + 1]!
    bytes[start + point] = POINT
    this.#length = end
  }

  /** `1.25e-05`: exponents have two digits at least. */
  #scientific(high: number, low: number, point: number): void {
    const bytes = this.#bytes
    const start = this.#length
    let at = writeDigits(bytes, start + 1, high, low)
    bytes[start] = bytes[start + 1]!
    if (at === start + 2) at -= 1
    else bytes[start + 1] = POINT
    bytes[at++] = LETTER_E
    bytes[at++] = point > 0 ? PLUS : MINUS
    const exponent = Math.abs(point - 1)
    if (exponent < 10) bytes[at++] = ZERO
    this.#length = at
    this.integer(exponent)
  }

  /** The text so far, in memory of its own; the buffer is then empty. */
  take(): Uint8Array<ArrayBuffer> {
    const text = new Uint8Array(this.#length)
    this.takeInto(text)
    return text
  }

  /** The same at the start of other memory. @returns where it ends. */
  takeInto(target: Uint8Array): number {
    const length = this.#length
    target.set(this.#bytes.subarray(0, length))
    this.clear()
    return length
  }

  /** The same as a string. @throws Error for a text that is longer than strings may be. */
  takeText(): string {
    const bytes = this.#bytes
    const length = this.#length
    const encoding = this.#isAscii ? 'latin1' : 'utf8'
    this.clear()
    return bytes.toString(encoding, 0, length)
  }

  clear(): void {
    this.#length = 0
    this.#isAscii = true
    if (this.#bytes.length > MOST_KEPT_BYTES) this.#bytes = Buffer.allocUnsafeSlow(FIRST_BYTES)
  }

  #reserve(count: number): void {
    if (this.#length + count > this.#bytes.length) this.#grow(count)
  }

  #grow(count: number): void {
    const larger = Buffer.allocUnsafeSlow(2 * this.#bytes.length + count)
    larger.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = larger
  }
}

/** Seventeen digits without the zeros at their end. @returns where they end. */
function writeDigits(bytes: Uint8Array, at: number, high: number, low: number): number {
  const first = (high / 1e8) | 0
  bytes[at] = ZERO + first
  writeEight(bytes, at + 1, high - first * 1e8)
  let end = at + 9
  if (low !== 0) {
    writeEight(bytes, end, low)
    end += 8
  }
  while (end > at + 1 && bytes[end - 1] === ZERO) end -= 1
  return end
}

function writeEight(bytes: Uint8Array, at: number, digits: number): void {
  const left = ((digits | 0) / 10_000) | 0
  writeFour(bytes, at, left)
  writeFour(bytes, at + 4, (digits | 0) - 10_000 * left)
}

function writeFour(bytes: Uint8Array, at: number, digits: number): void {
  const left = (digits / 100) | 0
  const right = digits - 100 * left
  // Exact below 179.
  const leftTens = (left * 103) >> 10
  const rightTens = (right * 103) >> 10
  bytes[at] = ZERO + leftTens
  bytes[at + 1] = ZERO + left - 10 * leftTens
  bytes[at + 2] = ZERO + rightTens
  bytes[at + 3] = ZERO + right - 10 * rightTens
}
