import { floatText } from '../python/float-text.ts'

const FIRST_BYTES = 64 * 1024
const MINUS = 45
const ZERO = 48
/** Longest text of an int32, `-2147483648`. */
const INT32_BYTES = 11
/** Longest text of a float64, `-2.2250738585072014e-308`. */
const FLOAT_BYTES = 24
/** UTF-8 takes at most as many bytes for a UTF-16 unit. */
const MAX_BYTES_PER_UNIT = 3
const SLOT_BITS = 12
const SLOTS = 2 ** SLOT_BITS
/** Spreads bits that differ over the upper ones (2^32 over the golden ratio). */
const SPREAD = 0x9e3779b1

/**
 * Text that grows in bytes. Texts of numbers are kept for a while, since predictions repeat: the trees of a forest
 * vote in so many ways only. A kept text is copied in a twentieth of the time that finding the digits takes.
 */
export class TextBuffer {
  #bytes = Buffer.allocUnsafeSlow(FIRST_BYTES)
  #length = 0
  readonly #keptValues = new Float64Array(SLOTS)
  readonly #keptLengths = new Uint8Array(SLOTS)
  readonly #keptTexts = new Uint8Array(SLOTS * FLOAT_BYTES)
  readonly #value = new Float64Array(1)
  readonly #bits = new Int32Array(this.#value.buffer)

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
    this.#value[0] = value
    const bits = Math.imul(this.#bits[0]! ^ Math.imul(this.#bits[1]!, SPREAD), SPREAD)
    const slot = bits >>> (32 - SLOT_BITS)
    const from = slot * FLOAT_BYTES
    // A zero may be either one, and is what free slots hold.
    if (this.#keptValues[slot] !== value || value === 0) this.#keep(slot, value)
    this.#reserve(FLOAT_BYTES)
    const bytes = this.#bytes
    const kept = this.#keptTexts
    const length = this.#keptLengths[slot]!
    const start = this.#length
    for (let i = 0; i < length; i++) bytes[start + i] = kept[from + i]!
    this.#length = start + length
  }

  /** The text so far, in memory of its own; the buffer is then empty. */
  take(): Uint8Array<ArrayBuffer> {
    const text = new Uint8Array(this.#length)
    text.set(this.#bytes.subarray(0, this.#length))
    this.#length = 0
    return text
  }

  #keep(slot: number, value: number): void {
    const text = floatText(value)
    const from = slot * FLOAT_BYTES
    this.#keptValues[slot] = value
    this.#keptLengths[slot] = text.length
    for (let i = 0; i < text.length; i++) this.#keptTexts[from + i] = text.charCodeAt(i)
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return
    const larger = Buffer.allocUnsafeSlow(2 * this.#bytes.length + count)
    larger.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = larger
  }
}
