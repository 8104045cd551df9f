import { io } from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { decodeWeights } from '../../../../src/flavors/tfjs/artifacts/decode-weights.ts'
import type { WeightSpec } from '../../../../src/flavors/tfjs/artifacts/model-artifacts.ts'
import { layOutWeights } from '../../../../src/flavors/tfjs/artifacts/weight-layout.ts'
import { useQuietCpu } from '../../../fixtures/tfjs/quiet-cpu.ts'

beforeAll(useQuietCpu)

interface StoredWeight {
  readonly spec: Omit<WeightSpec, 'name'>
  readonly bytes: Uint8Array
}

const shapes = fc.array(fc.nat({ max: 4 }), { maxLength: 3 })
const scales = fc.double({ min: -100, max: 100, noNaN: true })

function stored(
  shape: readonly number[],
  elementBytes: number,
  spec: Omit<WeightSpec, 'name' | 'shape'>,
): fc.Arbitrary<StoredWeight> {
  const length = shape.reduce((count, size) => count * size, elementBytes)
  return fc
    .uint8Array({ minLength: length, maxLength: length })
    .map((bytes) => ({ spec: { shape, ...spec }, bytes }))
}

const numbers: fc.Arbitrary<StoredWeight> = shapes.chain((shape) =>
  fc.oneof(
    stored(shape, 4, { dtype: 'float32' }),
    stored(shape, 4, { dtype: 'int32' }),
    stored(shape, 1, { dtype: 'bool' }),
    stored(shape, 2, { dtype: 'float32', quantization: { dtype: 'float16' } }),
    fc
      .record({
        dtype: fc.constantFrom('float32', 'int32'),
        stored: fc.constantFrom('uint8', 'uint16'),
        scale: scales,
        min: scales,
      })
      .chain(({ dtype, stored: storedAs, scale, min }) =>
        stored(shape, storedAs === 'uint8' ? 1 : 2, { dtype, quantization: { dtype: storedAs, scale, min } }),
      ),
  ),
)

const texts: fc.Arbitrary<StoredWeight> = fc
  .array(fc.string({ unit: 'grapheme', maxLength: 5 }), { maxLength: 4 })
  .map((strings) => ({
    spec: { shape: [strings.length], dtype: 'string' as const },
    bytes: Buffer.concat(strings.flatMap((text) => [lengthOf(text), Buffer.from(text)])),
  }))

function lengthOf(text: string): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32LE(Buffer.byteLength(text))
  return length
}

function join(weights: readonly StoredWeight[]): { weightSpecs: WeightSpec[]; weightData: ArrayBuffer } {
  const bytes = Buffer.concat(weights.map((weight) => weight.bytes))
  return {
    weightSpecs: weights.map(({ spec }, index) => ({ name: `w${index}`, ...spec })),
    weightData: Uint8Array.from(bytes).buffer,
  }
}

/** What TF.js makes of the same bytes. */
function decodedByTfjs({ weightSpecs, weightData }: ReturnType<typeof join>): Map<string, unknown> {
  const tensors = io.decodeWeights(weightData, weightSpecs as io.WeightsManifestEntry[])
  return new Map(
    Object.entries(tensors)
      .filter(([, tensor]) => tensor.dtype !== 'string')
      .map(([name, tensor]) => {
        const decoded = { type: tensor.dtype, shape: tensor.shape, data: tensor.dataSync() }
        tensor.dispose()
        return [name, decoded]
      }),
  )
}

test('weights are what TF.js makes of them, at any alignment', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(numbers, numbers, texts), { maxLength: 6 }), (weights) => {
      const artifacts = join(weights)
      expect(new Map(decodeWeights(artifacts))).toEqual(decodedByTfjs(artifacts))
    }),
    { numRuns: 300 },
  )
})

test('every number of 16 bits is what TF.js makes of it', () => {
  const spec = { shape: [65536], dtype: 'float32', quantization: { dtype: 'float16' } } as const
  const bytes = new Uint8Array(Uint16Array.from({ length: 65536 }, (_, half) => half).buffer)
  const artifacts = join([{ spec, bytes }])
  expect(new Map(decodeWeights(artifacts))).toEqual(decodedByTfjs(artifacts))
})

test('texts and complex numbers are left out, what follows them is not', () => {
  const weights = decodeWeights(
    join([
      { spec: { shape: [2], dtype: 'string' }, bytes: Buffer.from('\u0001\0\0\0a\u0002\0\0\0bc') },
      { spec: { shape: [1], dtype: 'complex64' }, bytes: new Uint8Array(8) },
      { spec: { shape: [], dtype: 'bool' }, bytes: Uint8Array.of(1) },
    ]),
  )
  expect([...weights.keys()]).toEqual(['w2'])
  expect(weights.size).toBe(1)
  expect(weights.has('w0')).toBe(false)
  expect(weights.get('w1')).toBeUndefined()
  expect(weights.get('w2')).toEqual({ type: 'bool', shape: [], data: Uint8Array.of(1) })
})

test('weights that are stored as they are used are not copied, where they can be had in place', () => {
  const weight = { shape: [1], dtype: 'int32' } as const
  const flag = { spec: { shape: [1], dtype: 'bool' } as const, bytes: Uint8Array.of(1) }
  const seven = { spec: weight, bytes: Uint8Array.of(7, 0, 0, 0) }
  const { weightSpecs, weightData } = join([seven, flag, seven])
  const weights = decodeWeights({ weightSpecs, weightData })
  expect(weights.get('w0')!.data.buffer).toBe(weightData)
  expect(weights.get('w1')!.data.buffer).toBe(weightData)
  expect(weights.get('w2')!.data.buffer).not.toBe(weightData)
  expect([...weights.values()].map(({ data }) => data[0])).toEqual([7, 1, 7])
})

test('wherever the bytes end, the layout says so', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(numbers, texts), { minLength: 1, maxLength: 5 }),
      fc.nat(),
      (weights, cut) => {
        const { weightSpecs, weightData } = join(weights)
        const whole = layOutWeights(weightSpecs, weightData)
        expect(whole.at(-1)!.offset + whole.at(-1)!.bytes).toBe(weightData.byteLength)
        if (weightData.byteLength === 0) return
        const left = cut % weightData.byteLength
        const places = layOutWeights(weightSpecs, weightData.slice(0, left))
        expect(places.at(-1)!.offset + places.at(-1)!.bytes).toBeGreaterThan(left)
      },
    ),
  )
})
