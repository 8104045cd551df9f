import { isUtf8 } from 'node:buffer'
import { badRequest } from '../../../core/errors.ts'

/** How a value lies in the bytes (Protocol Buffers, "Encoding", "Message Structure"). */
export const WIRE = { varint: 0, fixed64: 1, bytes: 2, startGroup: 3, endGroup: 4, fixed32: 5 } as const

/** Groups within groups of a field that nobody knows. */
const MOST_NESTED = 32
/** Bytes of a varint: ten times seven bits hold the 64 of the largest. */
const LONGEST_VARINT = 10
const REPLACEMENT = '\ufffd'

/**
 * Reads a message of Protocol Buffers where it lies: bytes are given as views. Whatever is not well-formed is
 * the client's mistake, and is told as such.
 */
export class WireReader {
  readonly bytes: Buffer
  /** Of the next byte to be read. */
  at: number
  readonly end: number
  /** Of the tag that was read last. */
  field = 0
  wire = 0
  /** The two halves of the varint that was read last. */
  #low = 0
  #high = 0

  constructor(bytes: Buffer, at = 0, end = bytes.length) {
    this.bytes = bytes
    this.at = at
    this.end = end
  }

  /** Reads the next tag into `field` and `wire`; false at the end. */
  next(): boolean {
    if (this.at >= this.end) return false
    this.#varint()
    if (this.#high !== 0) throw malformed('a field number is too large')
    this.field = this.#low >>> 3
    this.wire = this.#low & 7
    if (this.field === 0) throw malformed('a field has the number 0')
    return true
  }

  /** Passes over the value of a field that nobody knows. */
  skip(depth = 0): void {
    switch (this.wire) {
      case WIRE.varint:
        this.#varint()
        break
      case WIRE.fixed64:
        this.#advance(8)
        break
      case WIRE.bytes:
        this.#advance(this.#length())
        break
      case WIRE.startGroup:
        this.#skipGroup(this.field, depth)
        break
      case WIRE.fixed32:
        this.#advance(4)
        break
      default:
        throw malformed(`a field has the wire type ${this.wire}`)
    }
  }

  expect(wire: number): void {
    if (this.wire !== wire) throw malformed(`field ${this.field} has the wire type ${this.wire}, not ${wire}`)
  }

  /** A length and the message of that length, as a reader of its own. */
  message(): WireReader {
    const end = this.#limit()
    const inner = new WireReader(this.bytes, this.at, end)
    this.at = end
    return inner
  }

  /** A length and so many bytes, as a view. */
  octets(): Buffer {
    const end = this.#limit()
    const view = this.bytes.subarray(this.at, end)
    this.at = end
    return view
  }

  /** @throws ServingError BAD_REQUEST where it is not UTF-8. */
  text(): string {
    const end = this.#limit()
    const text = this.bytes.toString('utf8', this.at, end)
    if (text.includes(REPLACEMENT) && !isUtf8(this.bytes.subarray(this.at, end))) {
      throw malformed('a text is not UTF-8')
    }
    this.at = end
    return text
  }

  bool(): boolean {
    this.expect(WIRE.varint)
    this.#varint()
    return this.#low !== 0 || this.#high !== 0
  }

  /** The lower 32 bits, signed: what a 32-bit field means, however long its varint is. */
  int32(): number {
    this.#varint()
    return this.#low | 0
  }

  uint32(): number {
    this.#varint()
    return this.#low >>> 0
  }

  int64(): bigint {
    this.#varint()
    return (BigInt(this.#high | 0) << 32n) | BigInt(this.#low >>> 0)
  }

  uint64(): bigint {
    this.#varint()
    return (BigInt(this.#high >>> 0) << 32n) | BigInt(this.#low >>> 0)
  }

  /** A signed 64-bit integer that has to be a size. @throws ServingError BAD_REQUEST where it cannot be one. */
  size(): number {
    this.#varint()
    const size = (this.#high >>> 0) * 0x1_0000_0000 + (this.#low >>> 0)
    if (size > Number.MAX_SAFE_INTEGER) throw malformed('a dimension of a shape is negative or too large')
    return size
  }

  float(): number {
    const at = this.#advance(4)
    return this.bytes.readFloatLE(at)
  }

  double(): number {
    const at = this.#advance(8)
    return this.bytes.readDoubleLE(at)
  }

  #skipGroup(number: number, depth: number): void {
    if (depth >= MOST_NESTED) throw malformed('groups are nested too deeply')
    while (this.next()) {
      if (this.wire !== WIRE.endGroup) {
        this.skip(depth + 1)
      } else {
        if (this.field === number) return
        throw malformed('a group ends that did not begin')
      }
    }
    throw malformed('a group does not end')
  }

  /** The end of what a length announces, of the value of a field of the wire type for that. */
  #limit(): number {
    this.expect(WIRE.bytes)
    const length = this.#length()
    return this.at + length
  }

  #length(): number {
    this.#varint()
    if (this.#high !== 0 || this.#low >>> 0 > this.end - this.at) {
      throw malformed('a length goes beyond the end of the message')
    }
    return this.#low >>> 0
  }

  /** @returns where the bytes begin that are passed over. */
  #advance(count: number): number {
    const { at } = this
    if (count > this.end - at) throw malformed('the message ends in the midst of a value')
    this.at = at + count
    return at
  }

  #varint(): void {
    const { bytes, at, end } = this
    const first = at < end ? bytes[at]! : 0x80
    if (first < 0x80) {
      this.#low = first
      this.#high = 0
      this.at = at + 1
      return
    }
    this.#longVarint()
  }

  #longVarint(): void {
    let low = 0
    let high = 0
    for (let count = 0; count < LONGEST_VARINT; count += 1) {
      if (this.at >= this.end) throw malformed('the message ends in the midst of a number')
      const byte = this.bytes[this.at]!
      this.at += 1
      const bits = byte & 0x7f
      if (count < 4) low |= bits << (7 * count)
      else if (count === 4) {
        low |= bits << 28
        high = bits >>> 4
      } else high |= bits << (7 * count - 32)
      if (byte < 0x80) {
        this.#low = low
        this.#high = high
        return
      }
    }
    throw malformed('a number is longer than ten bytes')
  }
}

function malformed(what: string): Error {
  return badRequest(`The message is not a valid protocol buffer: ${what}.`)
}
