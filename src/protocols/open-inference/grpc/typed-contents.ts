import type { Datatype, Tensor } from '../../../core/tensor.ts'
import { bigVarintSize, fieldSize, varintSize, WireWriter } from './wire-writer.ts'

/** An `InferTensorContents`, ready to be written. */
export type Contents = Buffer

/** What a negative number is in a varint: its two's complement of 64 bits. */
const WRAP = 64
/** Bytes of the varint of a negative number. */
const LONGEST = 10

const FIELD_OF: Readonly<Record<Exclude<Datatype, 'FP16'>, number>> = {
  ...{ BOOL: 1, INT8: 2, INT16: 2, INT32: 2, INT64: 3, UINT8: 4, UINT16: 4, UINT32: 4, UINT64: 5 },
  ...{ FP32: 6, FP64: 7, BYTES: 8 },
}

/** The typed contents of a tensor, of any datatype but FP16, for which there are none. */
export function contentsOf(tensor: Tensor): Contents {
  const { datatype, data } = tensor
  if (datatype === 'FP16') return Buffer.alloc(0)
  const field = FIELD_OF[datatype]
  if (data.length === 0) return Buffer.alloc(0)
  if (datatype === 'BYTES') return texts(field, data as readonly string[])
  if (datatype === 'FP32' || datatype === 'FP64') return fixed(field, data as Float64Array)
  if (datatype === 'INT64' || datatype === 'UINT64') return bigVarints(field, data as BigInt64Array)
  return varints(field, data as Int32Array)
}

function texts(field: number, data: readonly string[]): Contents {
  const lengths = data.map((text) => Buffer.byteLength(text))
  const writer = new WireWriter(
    Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + fieldSize(length), 0)),
  )
  for (const [index, text] of data.entries()) writer.text(field, text, lengths[index]!)
  return writer.bytes
}

/** Little-endian, as the machines are on which this runs. */
function fixed(field: number, { buffer, byteOffset, byteLength }: Float64Array | Float32Array): Contents {
  const writer = new WireWriter(Buffer.allocUnsafe(fieldSize(byteLength)))
  writer.octets(field, new Uint8Array(buffer, byteOffset, byteLength))
  return writer.bytes
}

function bigVarints(field: number, data: BigInt64Array | BigUint64Array): Contents {
  let size = 0
  for (const value of data) size += bigVarintSize(BigInt.asUintN(WRAP, value))
  const writer = new WireWriter(Buffer.allocUnsafe(fieldSize(size)))
  writer.header(field, size)
  for (const value of data) writer.bigVarint(BigInt.asUintN(WRAP, value))
  return writer.bytes
}

function varints(field: number, data: Int32Array): Contents {
  let size = 0
  for (const value of data) size += value < 0 ? LONGEST : varintSize(value)
  const writer = new WireWriter(Buffer.allocUnsafe(fieldSize(size)))
  writer.header(field, size)
  for (const value of data) {
    if (value < 0) writer.bigVarint(BigInt.asUintN(WRAP, BigInt(value)))
    else writer.varint(value)
  }
  return writer.bytes
}
