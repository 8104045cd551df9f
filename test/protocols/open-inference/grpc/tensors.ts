import fc from 'fast-check'
import { allocate, DATATYPES, type Datatype, elementCount, type Tensor } from '../../../../src/core/tensor.ts'

const FIELDS: Readonly<Record<Datatype, string>> = {
  BOOL: 'boolContents',
  INT8: 'intContents',
  INT16: 'intContents',
  INT32: 'intContents',
  INT64: 'int64Contents',
  UINT8: 'uintContents',
  UINT16: 'uintContents',
  UINT32: 'uintContents',
  UINT64: 'uint64Contents',
  FP16: 'none',
  FP32: 'fp32Contents',
  FP64: 'fp64Contents',
  BYTES: 'bytesContents',
}

/** As protobufjs names the field of `InferTensorContents`. */
export function contentsFieldOf(datatype: Datatype): string {
  return FIELDS[datatype]
}

/** The elements of a tensor as protobufjs takes them. */
export function contentsValues({ datatype, data }: Tensor): unknown[] {
  if (datatype === 'BOOL') return Array.from(data as Uint8Array, Boolean)
  if (datatype === 'BYTES') return (data as readonly string[]).map((text) => Buffer.from(text))
  if (datatype === 'INT64' || datatype === 'UINT64') return Array.from(data as BigInt64Array, String)
  return Array.from(data as Float64Array)
}

/** Of any datatype, small, and with any values that it may have. */
export function anyTensor(): fc.Arbitrary<Tensor> {
  const shapes = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 })
  return fc.tuple(fc.constantFrom(...DATATYPES), shapes).chain(([datatype, shape]) => {
    const count = elementCount(shape)
    return values(datatype, count).map((data) => ({ datatype, shape, data }) as Tensor)
  })
}

function values(datatype: Datatype, count: number): fc.Arbitrary<Tensor['data']> {
  const length = { minLength: count, maxLength: count }
  if (datatype === 'BYTES') return fc.array(fc.string({ unit: 'grapheme', maxLength: 9 }), length)
  if (datatype === 'BOOL') return fc.array(fc.nat(1), length).map((bits) => Uint8Array.from(bits))
  const empty = allocate(datatype, count) as Uint8Array
  return fc.uint8Array({ minLength: empty.byteLength, maxLength: empty.byteLength }).map((octets) => {
    const data = allocate(datatype, count) as Uint8Array
    new Uint8Array(data.buffer).set(octets)
    return withoutPayloads(data)
  })
}

/** Which of its many bit patterns a NaN has is not kept by JavaScript's numbers. */
function withoutPayloads(data: Tensor['data']): Tensor['data'] {
  if (data instanceof Float32Array || data instanceof Float64Array) {
    for (let i = 0; i < data.length; i += 1) if (Number.isNaN(data[i])) data[i] = Number.NaN
  }
  return data
}
