import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { invalidModel, messageOf, type ServingError } from '../../core/errors.ts'

/** Where one field of a protobuf message lies in its file, in bytes from the file's start. */
export interface WireField {
  readonly number: number
  readonly wireType: number
  /** Of the tag. */
  readonly start: number
  /** Of the value; for a length-delimited field that of its content, after the length. */
  readonly valueStart: number
  readonly end: number
}

/** Wire types of the protobuf encoding; groups (3, 4) have never been used by ONNX. */
const VARINT = 0
const FIXED64 = 1
export const LENGTH_DELIMITED = 2
const FIXED32 = 5

const WINDOW_BYTES = 256 * 1024
/** The longest text that is taken into memory: far more than names and labels need. */
const MAX_TEXT_BYTES = 1024 * 1024

/**
 * A file in the protobuf encoding (protobuf.dev/programming-guides/encoding), read piecewise: fields that nobody
 * asks for, such as gigabytes of weights, are stepped over. All methods throw ServingError
 * INVALID_PARAMETER_VALUE where the bytes do not follow the encoding.
 */
export class WireFile {
  readonly size: number
  readonly #descriptor: number
  #window: Buffer = Buffer.alloc(0)
  #windowStart = 0

  constructor(path: string) {
    this.#descriptor = openSync(path, 'r')
    this.size = fstatSync(this.#descriptor).size
  }

  close(): void {
    closeSync(this.#descriptor)
  }

  /** The fields of the message that lies in a part of the file, in their order there. */
  *fields(start: number, end: number): Generator<WireField, void> {
    let position = start
    while (position < end) {
      const field = this.#fieldAt(position, end)
      yield field
      position = field.end
    }
  }

  /** A part of the file, of any size, for whoever writes it elsewhere. */
  copy(start: number, end: number): Buffer {
    return this.#read(start, end)
  }

  text(field: WireField): string {
    expectType(field, LENGTH_DELIMITED)
    const bytes = field.end - field.valueStart
    if (bytes > MAX_TEXT_BYTES) throw corrupt(`a text of ${bytes} bytes`)
    return this.#read(field.valueStart, field.end).toString('utf8')
  }

  /** A varint field as the signed 64-bit integer that it stands for. */
  int64(field: WireField): bigint {
    expectType(field, VARINT)
    return this.#int64At(field.valueStart, field.end)[0]
  }

  /** A varint field as a number: enumerations and versions, which are small. */
  int(field: WireField): number {
    return Number(this.int64(field))
  }

  /** One field of `repeated int64`, packed or not. */
  int64s(field: WireField): bigint[] {
    if (field.wireType === VARINT) return [this.int64(field)]
    expectType(field, LENGTH_DELIMITED)
    const values: bigint[] = []
    for (let position = field.valueStart; position < field.end; ) {
      const [value, next] = this.#int64At(position, field.end)
      values.push(value)
      position = next
    }
    return values
  }

  #fieldAt(start: number, end: number): WireField {
    const [tag, afterTag] = this.#int64At(start, end)
    const number = Number(tag >> 3n)
    if (number < 1 || number > 0x1fff_ffff) throw corrupt(`field number ${number}`)
    const wireType = Number(tag & 7n)
    if (wireType === VARINT) {
      return { number, wireType, start, valueStart: afterTag, end: this.#int64At(afterTag, end)[1] }
    }
    const [length, valueStart] = this.#lengthAt(wireType, afterTag, end)
    if (length < 0 || length > end - valueStart) throw corrupt('a field that ends beyond its message')
    return { number, wireType, start, valueStart, end: valueStart + length }
  }

  #lengthAt(wireType: number, position: number, end: number): [length: number, valueStart: number] {
    if (wireType === FIXED64) return [8, position]
    if (wireType === FIXED32) return [4, position]
    if (wireType !== LENGTH_DELIMITED) throw corrupt(`wire type ${wireType}`)
    const [length, valueStart] = this.#int64At(position, end)
    return [Number(length), valueStart]
  }

  /** Low and high part apart, since most varints are short and BigInt arithmetic is slow. */
  #int64At(start: number, end: number): [value: bigint, next: number] {
    let low = 0
    let high = 0n
    for (let index = 0; index < 10; index += 1) {
      if (start + index >= end) throw corrupt('a field that ends beyond its message')
      const byte = this.#byteAt(start + index)
      if (index < 4) low += (byte & 0x7f) * 2 ** (7 * index)
      else high |= BigInt(byte & 0x7f) << BigInt(7 * index)
      if (byte < 0x80) return [BigInt.asIntN(64, high | BigInt(low)), start + index + 1]
    }
    throw corrupt('a number of more than ten bytes')
  }

  #byteAt(position: number): number {
    const index = position - this.#windowStart
    const known = index >= 0 ? this.#window[index] : undefined
    if (known !== undefined) return known
    this.#window = this.#read(position, Math.min(position + WINDOW_BYTES, this.size))
    this.#windowStart = position
    const byte = this.#window[0]
    if (byte === undefined) throw corrupt('its end too early')
    return byte
  }

  #read(start: number, end: number): Buffer {
    const bytes = Buffer.allocUnsafe(end - start)
    let filled = 0
    while (filled < bytes.length) {
      const count = readPart(this.#descriptor, bytes, filled, start + filled)
      if (count === 0) throw corrupt('its end too early')
      filled += count
    }
    return bytes
  }
}

function readPart(descriptor: number, into: Buffer, offset: number, position: number): number {
  try {
    return readSync(descriptor, into, offset, into.length - offset, position)
  } catch (error) {
    throw invalidModel(`The model file cannot be read: ${messageOf(error)}`, { cause: error })
  }
}

function expectType(field: WireField, wireType: number): void {
  if (field.wireType !== wireType) throw corrupt(`wire type ${field.wireType} where ${wireType} is right`)
}

/** The file does not follow the encoding; `found` completes "it has …". */
export function corrupt(found: string): ServingError {
  return invalidModel(`The model file is not an ONNX file, or is damaged: it has ${found}.`)
}
