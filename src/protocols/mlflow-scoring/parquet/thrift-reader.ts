import { unreadableParquet } from './parquet-failure.ts'

/** The fields of a Thrift struct by their number. */
export type ThriftStruct = ReadonlyMap<number, ThriftValue>
export type ThriftValue = boolean | number | bigint | Uint8Array | readonly ThriftValue[] | ThriftStruct

const MAX_DEPTH = 24
const MAX_VARINT_BYTES = 10

const STOP = 0
const LONG_LIST = 15

/**
 * Reads Thrift's compact protocol, in which parquet writes its footer and page headers, from untrusted bytes.
 * hyparquet allocates a list before it has seen the elements, so that a footer of some bytes could claim
 * gigabytes: whatever this reader has accepted holds at most one element a byte.
 * Source: Apache Thrift, "Thrift Compact protocol encoding".
 */
export class ThriftReader {
  offset: number
  readonly #bytes: Uint8Array
  readonly #end: number

  constructor(bytes: Uint8Array, offset: number, end: number) {
    this.#bytes = bytes
    this.offset = offset
    this.#end = Math.min(end, bytes.length)
  }

  /** @throws ServingError BAD_REQUEST where the bytes are no struct */
  readStruct(depth = 0): ThriftStruct {
    if (depth > MAX_DEPTH) throw unreadableParquet('Thrift data is nested too deeply')
    const fields = new Map<number, ThriftValue>()
    let field = 0
    for (;;) {
      const header = this.#readByte()
      const type = header & 0x0f
      if (type === STOP) return fields
      const delta = header >> 4
      field = delta === 0 ? Number(this.#readZigZag()) : field + delta
      fields.set(field, this.#readValue(type, depth))
    }
  }

  #readValue(type: number, depth: number): ThriftValue {
    switch (type) {
      case 1:
        return true
      case 2:
        return false
      case 3:
        return this.#readByte()
      case 4:
      case 5:
        return Number(this.#readZigZag())
      case 6:
        return this.#readZigZag()
      case 7:
        return this.#readBytes(8)
      case 8:
        return this.#readBytes(Number(this.#readVarint()))
      case 9:
        return this.#readList(depth)
      case 12:
        return this.readStruct(depth + 1)
      default:
        throw unreadableParquet(`Thrift type ${type} is not used by parquet`)
    }
  }

  #readList(depth: number): ThriftValue[] {
    const header = this.#readByte()
    const type = header & 0x0f
    const short = header >> 4
    const size = short === LONG_LIST ? Number(this.#readVarint()) : short
    if (size > this.#end - this.offset) throw unreadableParquet('Thrift list is longer than its file')
    if (depth > MAX_DEPTH) throw unreadableParquet('Thrift data is nested too deeply')
    const values: ThriftValue[] = []
    for (let index = 0; index < size; index += 1) {
      // In a list a truth value takes a byte; as a field it is part of the header.
      values.push(type <= 2 ? this.#readByte() === 1 : this.#readValue(type, depth + 1))
    }
    return values
  }

  #readBytes(length: number): Uint8Array {
    if (length > this.#end - this.offset) throw unreadableParquet('Thrift text is longer than its file')
    const start = this.offset
    this.offset += length
    return this.#bytes.subarray(start, this.offset)
  }

  #readByte(): number {
    if (this.offset >= this.#end) throw unreadableParquet('Thrift data ends too early')
    const byte = this.#bytes[this.offset]!
    this.offset += 1
    return byte
  }

  #readVarint(): bigint {
    let value = 0n
    for (let index = 0; index < MAX_VARINT_BYTES; index += 1) {
      const byte = this.#readByte()
      value |= BigInt(byte & 0x7f) << BigInt(7 * index)
      if (byte < 0x80) return value
    }
    throw unreadableParquet('Thrift integer is too long')
  }

  #readZigZag(): bigint {
    const value = this.#readVarint()
    return (value >> 1n) ^ -(value & 1n)
  }
}
