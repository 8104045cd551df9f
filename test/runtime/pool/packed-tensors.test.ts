import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { allocate, DATATYPES, elementCount, type Tensor, type TensorMap } from '../../../src/core/tensor.ts'
import { PackedTensors } from '../../../src/runtime/pool/packed-tensors.ts'
import {
  fromWire,
  inputsToWire,
  outputsToWire,
  transferableBuffers,
} from '../../../src/runtime/pool/wire-tensors.ts'

const NAMES = ['', 'x', 'a long name with a lone surrogate \ud800', 'nul \0', '__proto__']
const METADATA = NAMES.map((name) => ({ name, datatype: 'FP32' as const, shape: [] }))
const MEMORY_BYTES = 64 * 1024

/** Numbers of elements from none to many; scalars, and dimensions that no memory could hold beside one that is zero. */
const shapes = fc.oneof(
  fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 4 }),
  fc.constant([]),
  fc.constant([0, 2 ** 40]),
  fc.constant([1, 1, 1, 1, 1, 1, 1, 1]),
)
const texts = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constant('\ud800'),
  fc.constant('\0'),
  fc.constant(''),
)

const tensors: fc.Arbitrary<Tensor> = fc
  .record({
    datatype: fc.constantFrom(...DATATYPES),
    shape: shapes,
    seed: fc.infiniteStream(fc.nat(255)),
    texts: fc.infiniteStream(texts),
  })
  .map(({ datatype, shape, seed, texts }) => {
    const count = elementCount(shape)
    if (datatype === 'BYTES') return { datatype, shape, data: [...texts.take(count)] }
    const data = allocate(datatype, count)
    // Any bits: NaNs of all kinds, infinities, the largest integers.
    const octets = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    for (let i = 0; i < octets.length; i += 1) octets[i] = seed.next().value
    return { datatype, shape, data } as Tensor
  })

const maps: fc.Arbitrary<TensorMap> = fc
  .shuffledSubarray(NAMES)
  .chain((names) => fc.tuple(...names.map((name) => tensors.map((tensor) => [name, tensor] as const))))
  .map((entries) => new Map(entries))

/** NaNs are compared by their bits, which an engine may give a meaning to. */
function bitsOf(map: TensorMap): unknown {
  return [...map].map(([name, { datatype, shape, data }]) => {
    const bits = ArrayBuffer.isView(data)
      ? [...new Uint8Array(data.buffer, data.byteOffset, data.byteLength)]
      : data
    return { name, datatype, shape, bits, kind: data.constructor.name }
  })
}

function crossed<Message>(message: Message, transfer: ArrayBuffer[] = []): Message {
  const { port1, port2 } = new MessageChannel()
  port1.postMessage(message, transfer)
  const received = receiveMessageOnPort(port2)?.message as Message
  port1.close()
  return received
}

describe('tensors that cross threads', () => {
  test('come out of packed memory bit by bit as they went in, or are refused', () => {
    const memory = new SharedArrayBuffer(MEMORY_BYTES)
    fc.assert(
      fc.property(maps, fc.double({ noNaN: true }), (map, note) => {
        const [writer, reader] = [new PackedTensors(memory, METADATA), new PackedTensors(memory, METADATA)]
        const size = writer.sizeOf(map)
        const hasText = [...map.values()].some(({ datatype }) => datatype === 'BYTES')
        expect(size === undefined).toBe(hasText)
        if (size === undefined) return
        expect(size).toBeLessThanOrEqual(MEMORY_BYTES)
        writer.write(map, note)
        expect(reader.note).toBe(note)
        expect(bitsOf(reader.copy())).toEqual(bitsOf(map))
        expect(bitsOf(reader.view())).toEqual(bitsOf(map))
      }),
      { numRuns: 300 },
    )
  })

  test('come through a message bit by bit as they went in', () => {
    fc.assert(
      fc.property(maps, (map) => {
        expect(bitsOf(fromWire(crossed(inputsToWire(map))))).toEqual(bitsOf(map))
        const wire = outputsToWire(map)
        expect(bitsOf(fromWire(crossed(wire, transferableBuffers(wire))))).toEqual(bitsOf(map))
      }),
      { numRuns: 200 },
    )
  })

  test('are views of the memory or copies of it, as asked for', () => {
    const packed = new PackedTensors(new SharedArrayBuffer(1024), METADATA)
    packed.write(new Map([['x', { datatype: 'FP32', shape: [2], data: Float32Array.of(1, 2) }]]))
    const [view, copy] = [packed.view(), packed.copy()]
    packed.write(new Map([['x', { datatype: 'FP32', shape: [2], data: Float32Array.of(3, 4) }]]))
    expect([...(view.get('x')!.data as Float32Array)]).toEqual([3, 4])
    expect([...(copy.get('x')!.data as Float32Array)]).toEqual([1, 2])
    expect(copy.get('x')!.data.constructor).toBe(Float32Array)
    expect((copy.get('x')!.data as Float32Array).buffer).toBeInstanceOf(ArrayBuffer)
  })

  test.each([
    ['another length than the shape has', { datatype: 'FP32', shape: [3], data: Float32Array.of(1) }],
    ['an array of another kind', { datatype: 'FP32', shape: [1], data: Float64Array.of(1) }],
    ['a Buffer', { datatype: 'UINT8', shape: [2], data: Buffer.from('ab') }],
    ['a dimension that is no number', { datatype: 'FP32', shape: [Number.NaN], data: Float32Array.of(1) }],
  ])('are not packed with %s', (_, tensor) => {
    const packed = new PackedTensors(new SharedArrayBuffer(1024), METADATA)
    expect(packed.sizeOf(new Map([['x', tensor as Tensor]]))).toBeUndefined()
    expect(
      packed.sizeOf(new Map([['y', { datatype: 'FP32', shape: [], data: Float32Array.of(1) }]])),
    ).toBeUndefined()
  })
})
