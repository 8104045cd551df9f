import { isUtf8 } from 'node:buffer'
import { invalidParameter, type ServingError } from '../../../core/errors.ts'
import { shortened } from '../../../core/shortened.ts'
import type { Datatype, Tensor, TensorData } from '../../../core/tensor.ts'
import type { TensorHeader } from './tensor-header.ts'

type Numbers = Exclude<Datatype, 'BYTES' | 'BOOL'>

interface ViewOf {
  readonly BYTES_PER_ELEMENT: number
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): TensorData
}

const VIEWS: Readonly<Record<Numbers, ViewOf>> = {
  UINT8: Uint8Array,
  UINT16: Uint16Array,
  UINT32: Uint32Array,
  UINT64: BigUint64Array,
  INT8: Int8Array,
  INT16: Int16Array,
  INT32: Int32Array,
  INT64: BigInt64Array,
  FP16: Uint16Array,
  FP32: Float32Array,
  FP64: Float64Array,
}

const LENGTH_BYTES = 4

/**
 * A tensor of little-endian bytes in row-major order: a view of them where they are aligned, else a copy.
 * @throws ServingError INVALID_PARAMETER_VALUE where there are more or fewer than the shape needs.
 */
export function tensorOfRaw(header: TensorHeader, raw: Buffer): Tensor {
  const { datatype, shape } = header
  if (datatype === 'BYTES') return { datatype, shape, data: texts(header, raw) }
  if (datatype === 'BOOL') return { datatype, shape, data: booleans(header, raw) }
  if (datatype === 'BF16') return { datatype: 'FP32', shape, data: widened(header, raw) }
  const View = VIEWS[datatype]
  expectBytes(header, raw, View.BYTES_PER_ELEMENT)
  const { buffer, byteOffset } = aligned(raw, View.BYTES_PER_ELEMENT)
  return { datatype, shape, data: new View(buffer, byteOffset, header.count) } as Tensor
}

function expectBytes(header: TensorHeader, raw: Buffer, bytesPerElement: number): void {
  const expected = header.count * bytesPerElement
  if (raw.length === expected) return
  throw unfit(header, `needs ${expected} bytes for its shape [${header.shape}], and there are ${raw.length}`)
}

function aligned(raw: Buffer, bytesPerElement: number): Uint8Array {
  return raw.byteOffset % bytesPerElement === 0 ? raw : new Uint8Array(raw)
}

function booleans(header: TensorHeader, raw: Buffer): Uint8Array {
  expectBytes(header, raw, 1)
  const found = raw.findIndex((byte) => byte > 1)
  if (found < 0) return new Uint8Array(raw.buffer, raw.byteOffset, raw.length)
  throw unfit(header, `has the byte ${raw[found]} where there can only be 0 or 1`)
}

/** BF16 is the upper half of FP32. */
function widened(header: TensorHeader, raw: Buffer): Float32Array {
  expectBytes(header, raw, 2)
  const bits = new Uint32Array(header.count)
  for (let i = 0; i < header.count; i += 1) bits[i] = raw.readUInt16LE(2 * i) << 16
  return new Float32Array(bits.buffer)
}

/** Each text after its length, of four bytes (Triton's binary tensor data extension). */
function texts(header: TensorHeader, raw: Buffer): string[] {
  const { count } = header
  // Not the other way round: the count of a senseless shape may be NaN.
  if (!(count * LENGTH_BYTES <= raw.length)) {
    throw unfit(header, `needs ${count} texts for its shape [${header.shape}], and there are fewer`)
  }
  const found: string[] = []
  let at = 0
  while (found.length < count) {
    const length = at + LENGTH_BYTES <= raw.length ? raw.readUInt32LE(at) : Number.POSITIVE_INFINITY
    const end = at + LENGTH_BYTES + length
    if (end > raw.length) throw unfit(header, 'has a text that goes beyond the end of its bytes')
    found.push(textOf(header, raw, at + LENGTH_BYTES, end))
    at = end
  }
  if (at < raw.length) throw unfit(header, `has ${raw.length - at} bytes more than its texts`)
  return found
}

/** @throws ServingError INVALID_PARAMETER_VALUE where it is not UTF-8: the engines take strings, not octets. */
export function textOf(header: TensorHeader, bytes: Buffer, from: number, to: number): string {
  const text = bytes.toString('utf8', from, to)
  if (!text.includes('\ufffd') || isUtf8(bytes.subarray(from, to))) return text
  throw unfit(header, 'has bytes that are not UTF-8')
}

export function unfit({ name, datatype }: TensorHeader, what: string): ServingError {
  return invalidParameter(`The input '${shortened(name)}' of datatype ${datatype} ${what}.`)
}
