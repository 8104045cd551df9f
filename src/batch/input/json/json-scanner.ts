import { badRequest, type ServingError } from '../../../core/errors.ts'
import type { ByteReader } from './byte-reader.ts'

export const QUOTE = 0x22
export const COMMA = 0x2c
export const COLON = 0x3a
export const BACKSLASH = 0x5c
export const OPEN_BRACKET = 0x5b
export const CLOSE_BRACKET = 0x5d
export const OPEN_BRACE = 0x7b
export const CLOSE_BRACE = 0x7d
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf]

/** Begins null, and no other value; Infinity has two of them further on. */
const SMALL_N = 0x6e

/** With this bit set brackets are braces. */
const BRACE_BIT = 0x20
/** There is no byte at the end of the file. */
const END = -1

/** A range of bytes of the file. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/**
 * Walks over a JSON file to find where its values begin and end, without building any of them. It tells brackets and
 * strings apart, no more: what a value holds is read, and refused, by whoever reads it.
 */
export class JsonScanner {
  readonly #reader: ByteReader
  #chunk: Buffer
  #at = 0
  #mayHaveNull = false

  constructor(reader: ByteReader) {
    this.#reader = reader
    this.#chunk = reader.next()
    if (BYTE_ORDER_MARK.every((byte, i) => this.#chunk[i] === byte)) this.#at = BYTE_ORDER_MARK.length
  }

  /** Where in the file the next byte is. */
  get offset(): number {
    return this.#reader.chunkStart + this.#at
  }

  /** The next byte that is no white space, which stays; END (-1) at the end of the file. */
  peek(): number {
    for (;;) {
      const byte = this.#peekByte()
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return byte
      this.#at += 1
    }
  }

  /** Takes this byte, after white space, if it comes next. */
  take(byte: number): boolean {
    if (this.peek() !== byte) return false
    this.#at += 1
    return true
  }

  /** @throws ServingError BAD_REQUEST where another byte comes next */
  expect(byte: number): void {
    if (!this.take(byte)) throw this.error(`Expecting '${String.fromCharCode(byte)}'`)
  }

  /** @throws ServingError BAD_REQUEST where more comes */
  expectEnd(): void {
    if (this.peek() !== END) throw this.error('Extra data')
  }

  /** Goes over the next value. @throws ServingError BAD_REQUEST where there is none or it does not end */
  skipValue(): ByteRange {
    const first = this.peek()
    const start = this.offset
    if (first === QUOTE) this.#skipString()
    else if (first === OPEN_BRACKET || first === OPEN_BRACE) this.#skipNested()
    else this.#skipWord()
    const { offset: end } = this
    if (end === start) throw this.error('Expecting value')
    return { start, end }
  }

  /**
   * Goes over a list or an object, of which the opening bracket was taken, and calls `visit` before each element.
   * @throws ServingError BAD_REQUEST
   */
  members(closing: number, visit: () => void): void {
    if (this.take(closing)) return
    do visit()
    while (this.take(COMMA))
    this.expect(closing)
  }

  /** Whether a null, or what looks like one, was gone over since the last call. */
  takeNulls(): boolean {
    const mayHaveNull = this.#mayHaveNull
    this.#mayHaveNull = false
    return mayHaveNull
  }

  error(reason: string): ServingError {
    return badRequest(`The input file is not valid JSON: ${reason} at byte ${this.offset}.`)
  }

  #peekByte(): number {
    if (this.#at === this.#chunk.length && !this.#fill()) return END
    return this.#chunk[this.#at]!
  }

  #fill(): boolean {
    this.#chunk = this.#reader.next()
    this.#at = 0
    return this.#chunk.length > 0
  }

  #skipString(): void {
    this.#at += 1
    for (;;) {
      const byte = this.#peekByte()
      if (byte === END) throw this.error('Unterminated string')
      this.#at += 1
      if (byte === QUOTE) return
      if (byte === BACKSLASH) this.#skipByte()
      else this.#skipText()
    }
  }

  /** What follows a backslash. */
  #skipByte(): void {
    if (this.#peekByte() !== END) this.#at += 1
  }

  /** Inside of a string, to the next byte that means something. */
  #skipText(): void {
    const chunk = this.#chunk
    let at = this.#at
    while (at < chunk.length && chunk[at] !== QUOTE && chunk[at] !== BACKSLASH) at += 1
    this.#at = at
  }

  #skipNested(): void {
    let depth = 0
    do {
      const byte = this.#nextMark()
      if (byte === QUOTE) {
        this.#skipString()
        continue
      }
      this.#at += 1
      depth += (byte | BRACE_BIT) === OPEN_BRACE ? 1 : -1
    } while (depth > 0)
  }

  /** The next quote or bracket of the file, which stays. */
  #nextMark(): number {
    for (;;) {
      this.#skipPlain()
      if (this.#at < this.#chunk.length) return this.#chunk[this.#at]!
      if (!this.#fill()) throw this.error('A list or an object does not end')
    }
  }

  /** To the next quote or bracket of the chunk; most bytes of a file are passed here. */
  #skipPlain(): void {
    const chunk = this.#chunk
    const { length } = chunk
    let mayHaveNull = false
    let at = this.#at
    for (; at < length; at += 1) {
      const byte = chunk[at]!
      if (byte < OPEN_BRACKET) {
        if (byte === QUOTE) break
      } else if ((byte | BRACE_BIT) === OPEN_BRACE || (byte | BRACE_BIT) === CLOSE_BRACE) {
        break
      } else if (byte === SMALL_N) {
        mayHaveNull = true
      }
    }
    this.#at = at
    if (mayHaveNull) this.#mayHaveNull = true
  }

  /** A number, true, NaN, …: all that is no white space and no mark of JSON. */
  #skipWord(): void {
    for (let byte = this.#peekByte(); isWordByte(byte); byte = this.#peekByte()) {
      if (byte === SMALL_N) this.#mayHaveNull = true
      this.#at += 1
    }
  }
}

function isWordByte(byte: number): boolean {
  return byte > 0x20 && byte !== COMMA && byte !== COLON && byte !== QUOTE && !isBracket(byte)
}

function isBracket(byte: number): boolean {
  return (byte | BRACE_BIT) === OPEN_BRACE || (byte | BRACE_BIT) === CLOSE_BRACE
}
