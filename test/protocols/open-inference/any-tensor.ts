import fc from 'fast-check'
import { allocate, DATATYPES, type Datatype, elementCount, type Tensor } from '../../../src/core/tensor.ts'
import { octets } from './codecs.ts'

/** Shapes of up to four dimensions, scalars and empty ones among them. */
const anyShape = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 })

/** Tensors of one datatype: any bits but those of NaN, which need not stay the same ones. */
export function anyTensor(datatype: Datatype): fc.Arbitrary<Tensor> {
  return anyShape.chain((shape) => {
    const count = elementCount(shape)
    if (datatype === 'BYTES') {
      const text = fc.string({ unit: 'binary' })
      return fc
        .array(text, { minLength: count, maxLength: count })
        .map((data): Tensor => ({ datatype, shape, data }))
    }
    const size = allocate(datatype, 1).BYTES_PER_ELEMENT * count
    return fc
      .uint8Array({ minLength: size, maxLength: size })
      .map((bits) => tensorOfBits(datatype, shape, bits))
  })
}

export const anyTensors: fc.Arbitrary<readonly Tensor[]> = fc.array(
  fc.constantFrom(...DATATYPES).chain(anyTensor),
  { minLength: 1, maxLength: 4 },
)

function tensorOfBits(
  datatype: Exclude<Datatype, 'BYTES'>,
  shape: readonly number[],
  bits: Uint8Array,
): Tensor {
  const data = allocate(datatype, elementCount(shape))
  octets(data).set(datatype === 'BOOL' ? bits.map((byte) => byte & 1) : bits)
  return { datatype, shape, data: withoutNaN(datatype, data) } as Tensor
}

function withoutNaN(datatype: Datatype, data: Exclude<Tensor['data'], readonly string[]>): typeof data {
  if (datatype === 'FP32' || datatype === 'FP64') {
    const floats = data as Float64Array
    for (let i = 0; i < floats.length; i++) if (Number.isNaN(floats[i])) floats[i] = -0
  }
  if (datatype === 'FP16') {
    const halves = data as Uint16Array
    for (let i = 0; i < halves.length; i++) if ((halves[i]! & 0x7c00) === 0x7c00) halves[i]! &= 0xfc00
  }
  return data
}
