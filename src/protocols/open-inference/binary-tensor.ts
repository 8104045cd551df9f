import { isUtf8 } from 'node:buffer'
import { badRequest } from '../../core/errors.ts'
import { elementCount, type Tensor } from '../../core/tensor.ts'
import { quoted } from './quoted.ts'
import { checkedCount, shapeText } from './tensor-shape.ts'
import type { WireDatatype } from './wire-datatype.ts'

/** Bytes of an element; of BYTES those of the length before its text. */
const ELEMENT_BYTES: Readonly<Record<WireDatatype, number>> = {
  ...{ BOOL: 1, UINT8: 1, INT8: 1, UINT16: 2, INT16: 2, FP16: 2, BF16: 2 },
  ...{ UINT32: 4, INT32: 4, FP32: 4, UINT64: 8, INT64: 8, FP64: 8, BYTES: 4 },
}

/** Bytes of one element of a datatype that has elements of one size. */
export function elementBytes(datatype: Exclude<WireDatatype, 'BYTES'>): number {
  return ELEMENT_BYTES[datatype]
}

/** A tensor as its bytes: the binary data of Triton's extension, gRPC's `raw_input_contents`. */
export interface BinaryInput {
  readonly name: string
  readonly datatype: WireDatatype
  readonly shape: readonly number[]
  /** Little-endian, in row-major order; BYTES as a length in 4 bytes and the text each, BOOL as a byte. */
  readonly bytes: Uint8Array
}

/**
 * The tensor of some bytes: a view of them where they are aligned, so that they must stay as they are; a copy of them
 * otherwise. BF16 becomes FP32, exactly.
 * @throws ServingError BAD_REQUEST
 */
export function binaryTensor(input: BinaryInput): Tensor {
  const { name, datatype, shape, bytes } = input
  const count = checkedCount(name, shape)
  if (datatype === 'BYTES') return { datatype, shape, data: new TextReader(input, count).read() }
  const expected = count * ELEMENT_BYTES[datatype]
  if (bytes.length !== expected) {
    throw badRequest(
      `Input ${quoted(name)} has ${bytes.length} bytes; ${datatype} of shape ${shapeText(shape)} has ${expected}.`,
      { input: name },
    )
  }
  return fixedTensor(datatype, shape, bytes, count)
}

function fixedTensor(
  datatype: Exclude<WireDatatype, 'BYTES'>,
  shape: readonly number[],
  bytes: Uint8Array,
  count: number,
): Tensor {
  if (datatype === 'BF16') return { datatype: 'FP32', shape, data: widened(bytes, count) }
  if (datatype === 'BOOL') return { datatype, shape, data: normalised(bytes) }
  const TypedArray = ARRAYS[datatype]
  const { buffer, byteOffset } = aligned(bytes, TypedArray.BYTES_PER_ELEMENT)
  return { datatype, shape, data: new TypedArray(buffer as ArrayBuffer, byteOffset, count) } as Tensor
}

const ARRAYS = {
  ...{ UINT8: Uint8Array, UINT16: Uint16Array, UINT32: Uint32Array, UINT64: BigUint64Array },
  ...{ INT8: Int8Array, INT16: Int16Array, INT32: Int32Array, INT64: BigInt64Array },
  ...{ FP16: Uint16Array, FP32: Float32Array, FP64: Float64Array },
} as const

function aligned(bytes: Uint8Array, size: number): Uint8Array {
  return bytes.byteOffset % size === 0 ? bytes : new Uint8Array(bytes)
}

/** BF16 is the upper half of FP32. */
function widened(bytes: Uint8Array, count: number): Float32Array {
  const data = new Float32Array(count)
  const halves = new Uint16Array(data.buffer)
  for (let i = 0; i < count; i++) halves[2 * i + 1] = bytes[2 * i]! | (bytes[2 * i + 1]! << 8)
  return data
}

/** Whatever is not 0 is true, as in C and NumPy; engines know 0 and 1 only. */
function normalised(bytes: Uint8Array): Uint8Array {
  if (bytes.some((byte) => byte > 1)) return Uint8Array.from(bytes, (byte) => (byte === 0 ? 0 : 1))
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
}

class TextReader {
  readonly #input: BinaryInput
  readonly #bytes: Buffer
  readonly #count: number

  constructor(input: BinaryInput, count: number) {
    const { buffer, byteOffset, length } = input.bytes
    this.#input = input
    this.#bytes = Buffer.from(buffer, byteOffset, length)
    this.#count = count
  }

  read(): string[] {
    const { length } = this.#bytes
    if (length < this.#count * ELEMENT_BYTES.BYTES)
      throw this.#wrongLength(`has no room for ${this.#count} lengths`)
    const texts = new Array<string>(this.#count)
    let at = 0
    for (let i = 0; i < this.#count; i++) {
      if (at + ELEMENT_BYTES.BYTES > length) throw this.#wrongLength(`ends before element ${i}`)
      const start = at + ELEMENT_BYTES.BYTES
      at = start + this.#bytes.readUInt32LE(at)
      if (at > length) throw this.#wrongLength(`ends within element ${i}`)
      texts[i] = this.#text(start, at, i)
    }
    if (at < length) throw this.#wrongLength(`goes on for ${length - at} bytes behind its last element`)
    return texts
  }

  #text(start: number, end: number, position: number): string {
    const text = this.#bytes.toString('utf8', start, end)
    // What is not UTF-8 is read as this character, which a client may also have sent.
    if (!text.includes('\ufffd') || isUtf8(this.#bytes.subarray(start, end))) return text
    throw badRequest(
      `Input ${quoted(this.#input.name)}: element ${position} is not text in UTF-8, which models take for BYTES.`,
      { input: this.#input.name, position },
    )
  }

  #wrongLength(what: string): Error {
    const { name, shape } = this.#input
    return badRequest(
      `Input ${quoted(name)}: the binary data of ${this.#bytes.length} bytes ${what}; its shape ${shapeText(shape)} has ` +
        `${this.#count} elements.`,
      { input: name },
    )
  }
}

/** How many bytes `binaryData` has for a tensor. */
export function binaryLength({ datatype, shape, data }: Tensor): number {
  if (datatype !== 'BYTES') return elementCount(shape) * ELEMENT_BYTES[datatype]
  let length = 0
  for (const text of data) length += ELEMENT_BYTES.BYTES + Buffer.byteLength(text)
  return length
}

/** Writes a tensor's bytes to `target` from `start`, where there is room for them; returns where they end. */
export function writeBinary(tensor: Tensor, target: Buffer, start: number): number {
  if (tensor.datatype !== 'BYTES') {
    const { buffer, byteOffset, byteLength } = tensor.data
    target.set(new Uint8Array(buffer, byteOffset, byteLength), start)
    return start + byteLength
  }
  let at = start
  for (const text of tensor.data) {
    const length = target.write(text, at + ELEMENT_BYTES.BYTES)
    target.writeUInt32LE(length, at)
    at += ELEMENT_BYTES.BYTES + length
  }
  return at
}

/** A tensor's bytes: a view of its elements but for BYTES. */
export function binaryData(tensor: Tensor): Uint8Array {
  if (tensor.datatype === 'BYTES') {
    const bytes = Buffer.allocUnsafe(binaryLength(tensor))
    writeBinary(tensor, bytes, 0)
    return bytes
  }
  const { buffer, byteOffset, byteLength } = tensor.data
  return new Uint8Array(buffer, byteOffset, byteLength)
}
