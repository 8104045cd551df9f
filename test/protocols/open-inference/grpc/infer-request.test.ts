import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ServingError } from '../../../../src/core/errors.ts'
import type { Tensor } from '../../../../src/core/tensor.ts'
import { binaryData } from '../../../../src/protocols/open-inference/binary-tensor.ts'
import { decodeInferRequest } from '../../../../src/protocols/open-inference/grpc/infer-request.ts'
import { encodeRequest } from './messages.ts'
import { anyTensor, contentsFieldOf, contentsValues } from './tensors.ts'

const text = fc.string({ unit: 'grapheme', maxLength: 12 })

function onlyInput(message: Buffer): Tensor {
  return decodeInferRequest(message).given.inputs[0]!.tensor
}

function refusal(message: Buffer): ServingError {
  try {
    decodeInferRequest(message)
  } catch (error) {
    if (error instanceof ServingError) return error
    throw error
  }
  throw new Error('It was read')
}

describe('a ModelInferRequest', () => {
  test('is read as another implementation writes it, with raw contents', () => {
    const whole = fc.record({
      modelName: text,
      modelVersion: text,
      id: text,
      tensors: fc.array(fc.record({ name: text, tensor: anyTensor() }), { minLength: 1, maxLength: 4 }),
    })
    fc.assert(
      fc.property(whole, ({ tensors, ...names }) => {
        const inputs = tensors.map(({ name, tensor: { datatype, shape } }) => ({ name, datatype, shape }))
        const rawInputContents = tensors.map(({ tensor }) => binaryData(tensor))
        const read = decodeInferRequest(encodeRequest({ ...names, inputs, rawInputContents }))
        expect(read.modelName).toBe(names.modelName)
        expect(read.modelVersion).toBe(names.modelVersion)
        expect(read.given.id ?? '').toBe(names.id)
        expect(read.raw).toBe(true)
        expect(read.given.inputs.map(({ name, tensor }) => ({ name, tensor }))).toEqual(tensors)
      }),
    )
  })

  test('is read as another implementation writes it, with typed contents', () => {
    const typed = anyTensor().filter(({ datatype, data }) => datatype !== 'FP16' && data.length > 0)
    fc.assert(
      fc.property(typed, (tensor) => {
        const { datatype, shape } = tensor
        const contents = { [contentsFieldOf(datatype)]: contentsValues(tensor) }
        const read = decodeInferRequest(encodeRequest({ inputs: [{ name: 'x', datatype, shape, contents }] }))
        expect(read.raw).toBe(false)
        expect(read.given.inputs[0]!.tensor).toEqual(tensor)
      }),
    )
  })

  test('may have parameters of every kind, and outputs with classes', () => {
    const message = encodeRequest({
      parameters: {
        flag: { boolParam: true },
        count: { int64Param: -5 },
        large: { int64Param: '9007199254740993' },
        text: { stringParam: 'ä' },
        ratio: { doubleParam: 0.5 },
        most: { uint64Param: '18446744073709551615' },
        nothing: {},
      },
      outputs: [{ name: 'y', parameters: { classification: { int64Param: 3 } } }, { name: 'z' }],
    })
    const { parameters, outputs } = decodeInferRequest(message).given
    expect(Object.fromEntries(parameters)).toEqual({
      ...{ flag: true, count: -5n, large: 9007199254740993n, text: 'ä', ratio: 0.5 },
      ...{ most: 18446744073709551615n, nothing: null },
    })
    expect(outputs).toEqual([
      { name: 'y', binary: true, classes: 3 },
      { name: 'z', binary: true, classes: 0 },
    ])
  })

  test('is read where repeated numbers are not packed, a part comes twice, and fields are unknown', () => {
    const shape = [0x18, 2, 0x18, 1]
    const first = [0x2a, 5, 0x35, 0, 0, 0x80, 0x3f]
    const second = [0x2a, 6, 0x32, 4, 0, 0, 0, 0x40]
    const unknown = [0xf8, 0x01, 0x96, 0x01, 0xfb, 0x01, 0x08, 0x01, 0xfc, 0x01]
    const input = [0x0a, 1, 0x78, 0x12, 4, ...Buffer.from('FP32'), ...shape, ...first, ...second, ...unknown]
    const message = Buffer.from([0x2a, input.length, ...input, ...unknown])
    expect(onlyInput(message)).toEqual({ datatype: 'FP32', shape: [2, 1], data: Float32Array.of(1, 2) })
  })

  test('shares the memory of its raw contents where they are aligned', () => {
    const shape = [64]
    const values = Float32Array.from({ length: 64 }, (_, index) => index)
    const message = encodeRequest({
      inputs: [{ datatype: 'FP32', shape }],
      rawInputContents: [binaryData({ datatype: 'FP32', shape, data: values })],
    })
    for (let shift = 0; shift < 4; shift += 1) {
      const memory = Buffer.alloc(message.length + 8)
      const from = 4 - (memory.byteOffset % 4) + shift
      message.copy(memory, from)
      expect(onlyInput(memory.subarray(from, from + message.length)).data).toEqual(values)
    }
  })

  test.each([
    [
      'both kinds of contents',
      {
        inputs: [{ datatype: 'INT32', shape: [1], contents: { intContents: [1] } }],
        rawInputContents: [Buffer.alloc(4)],
      },
      /either all in raw/,
    ],
    [
      'fewer raw contents than inputs',
      {
        inputs: [
          { datatype: 'INT32', shape: [1] },
          { datatype: 'INT32', shape: [1] },
        ],
        rawInputContents: [Buffer.alloc(4)],
      },
      /2 inputs and 1 raw/,
    ],
    [
      'too few bytes',
      { inputs: [{ name: 'x', datatype: 'INT32', shape: [2] }], rawInputContents: [Buffer.alloc(4)] },
      /has 4 bytes.*has 8/,
    ],
    [
      'too many elements',
      { inputs: [{ name: 'x', datatype: 'INT32', shape: [1], contents: { intContents: [1, 2] } }] },
      /needs 1 elements.*there are 2/,
    ],
    [
      'contents of another datatype',
      { inputs: [{ name: 'x', datatype: 'INT32', shape: [1], contents: { fp32Contents: [1] } }] },
      /another datatype/,
    ],
    [
      'an element out of range',
      { inputs: [{ name: 'x', datatype: 'INT8', shape: [1], contents: { intContents: [128] } }] },
      /out of its range/,
    ],
    [
      'typed contents of FP16',
      { inputs: [{ name: 'x', datatype: 'FP16', shape: [1], contents: { fp32Contents: [1] } }] },
      /only be sent in raw/,
    ],
    [
      'an unknown datatype',
      { inputs: [{ name: 'x', datatype: 'FP8', shape: [1] }], rawInputContents: [Buffer.alloc(1)] },
      /does not have/,
    ],
    ['a negative dimension', { inputs: [{ datatype: 'INT8', shape: [-1] }] }, /negative or too large/],
    [
      'text that is not UTF-8',
      { inputs: [{ datatype: 'BYTES', shape: [1], contents: { bytesContents: [Buffer.of(0xff)] } }] },
      /not UTF-8/,
    ],
    [
      'raw text beyond its end',
      { inputs: [{ datatype: 'BYTES', shape: [1] }], rawInputContents: [Buffer.of(9, 0, 0, 0, 65)] },
      /ends within element 0/,
    ],
    [
      'raw text with a rest',
      { inputs: [{ datatype: 'BYTES', shape: [1] }], rawInputContents: [Buffer.of(0, 0, 0, 0, 65)] },
      /goes on for 1 bytes/,
    ],
    [
      'shared memory',
      {
        inputs: [
          { datatype: 'INT8', shape: [1], parameters: { shared_memory_region: { stringParam: 'a' } } },
        ],
      },
      /not supported/,
    ],
  ])('is refused with %s', (_, fields, reason) => {
    const error = refusal(encodeRequest(fields))
    expect(error.message).toMatch(reason)
    expect(error.code).toMatch(/BAD_REQUEST|INVALID_PARAMETER_VALUE/)
  })

  test('takes BF16 as FP32', () => {
    const message = encodeRequest({
      inputs: [{ datatype: 'BF16', shape: [2] }],
      rawInputContents: [Buffer.of(0x80, 0x3f, 0, 0xc0)],
    })
    expect(onlyInput(message)).toEqual({ datatype: 'FP32', shape: [2], data: Float32Array.of(1, -2) })
  })

  test('does not take memory for what a shape only announces', () => {
    const shape = ['1000000000000000', '1000000000000000']
    for (const datatype of ['INT8', 'BYTES', 'FP64']) {
      const error = refusal(
        encodeRequest({
          inputs: [{ datatype, shape }],
          rawInputContents: [Buffer.alloc(0)],
        }),
      )
      expect(error.message).toMatch(/too large/)
    }
  })

  test('does not make millions of objects of a few bytes each', () => {
    for (const tag of [0x2a, 0x32, 0x3a]) {
      const message = Buffer.alloc(2 * 100_000)
      for (let at = 0; at < message.length; at += 2) message[at] = tag
      expect(refusal(message).message).toMatch(/16384/)
    }
  })

  test('is read or refused, whatever its bytes are', () => {
    const good = encodeRequest({
      modelName: 'm',
      id: '1',
      parameters: { a: { stringParam: 'b' }, c: { int64Param: 4 } },
      inputs: [
        { name: 'x', datatype: 'INT64', shape: [2], contents: { int64Contents: [-1, 300] } },
        { name: 'y', datatype: 'BYTES', shape: [1], contents: { bytesContents: [Buffer.from('abc')] } },
      ],
      outputs: [{ name: 'z', parameters: { classification: { int64Param: 1 } } }],
    })
    const changes = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 4 })
    fc.assert(
      fc.property(changes, fc.nat(good.length), fc.uint8Array({ maxLength: 20 }), (changed, length, tail) => {
        const message = Buffer.concat([good.subarray(0, length), tail])
        for (const [at, byte] of changed) if (at < message.length) message[at] = byte
        try {
          decodeInferRequest(message)
        } catch (error) {
          expect(error).toBeInstanceOf(ServingError)
        }
      }),
      { numRuns: 3000 },
    )
  })
})
