import { describe, expect, test } from 'vitest'
import { binaryBody, codecOf, input, octets } from '../codecs.ts'

const codec = codecOf([input('a', 'FP32', [-1]), input('b', 'INT64', [-1]), input('c', 'BYTES', [-1])])
const binary = (name: string, datatype: string, shape: readonly number[], size: unknown) => {
  return { name, datatype, shape, parameters: { binary_data_size: size } }
}
const a = Float32Array.of(1.5, Number.NaN)
const b = BigInt64Array.of(-(2n ** 63n))
const c = Buffer.from('\x01\0\0\0a\0\0\0\0', 'latin1')
const inputs = [binary('a', 'FP32', [2], 8), binary('b', 'INT64', [1], 8), binary('c', 'BYTES', [2], 9)]

describe('binary data of inputs', () => {
  test.each([0, 1, 2, 3, 4, 5, 6, 7])('wherever they lie: %i', (offset) => {
    const { body, headerLength } = binaryBody({ inputs }, [octets(a), octets(b), c], offset)
    const { request } = codec.decode(body, headerLength)
    expect([...request.inputs.values()].map(({ data }) => data)).toEqual([a, b, ['a', '']])
  })

  test('are views where they are aligned, also of shared memory', () => {
    const one = codecOf([input('a', 'FP32', [-1])])
    const header = JSON.stringify({ inputs: [binary('a', 'FP32', [2], 8)] })
    const shared = Buffer.from(new SharedArrayBuffer(Math.ceil(header.length / 4) * 4 + 8))
    const headerLength = shared.length - 8
    shared.write(header.padEnd(headerLength))
    shared.set(octets(a), headerLength)
    const { data } = one.decode(shared, headerLength).request.inputs.get('a')!
    expect(data).toEqual(a)
    expect((data as Float32Array).buffer).toBe(shared.buffer)
  })

  test('are mixed with JSON', () => {
    const mixed = [inputs[0], { name: 'b', datatype: 'INT64', shape: [1], data: [7] }, inputs[2]]
    const { body, headerLength } = binaryBody({ inputs: mixed }, [octets(a), c])
    const { request } = codec.decode(body, headerLength)
    expect([...request.inputs.values()].map(({ data }) => data)).toEqual([a, BigInt64Array.of(7n), ['a', '']])
  })

  test('may be none, with the length of all of the JSON', () => {
    const one = codecOf([input('a', 'FP32', [-1])])
    const { body, headerLength } = binaryBody(
      { inputs: [{ name: 'a', datatype: 'FP32', shape: [1], data: [7] }] },
      [],
    )
    expect(one.decode(body, headerLength).request.inputs.get('a')?.data).toEqual(Float32Array.of(7))
  })

  test('BF16 becomes FP32, exactly', () => {
    const one = codecOf([input('a', 'FP32', [-1])])
    const { body, headerLength } = binaryBody({ inputs: [binary('a', 'BF16', [3], 6)] }, [
      Buffer.from([0x80, 0x3f, 0xc0, 0x7f, 0x01, 0x80]),
    ])
    expect(one.decode(body, headerLength).request.inputs.get('a')).toEqual({
      ...{ datatype: 'FP32', shape: [3], data: Float32Array.of(1, Number.NaN, -(2 ** -133)) },
    })
  })

  test('of BOOL are true where they are not 0', () => {
    const one = codecOf([input('a', 'BOOL', [-1])])
    const { body, headerLength } = binaryBody({ inputs: [binary('a', 'BOOL', [4], 4)] }, [
      Buffer.from([0, 1, 2, 255]),
    ])
    expect(one.decode(body, headerLength).request.inputs.get('a')?.data).toEqual(Uint8Array.of(0, 1, 1, 1))
  })
})

describe('binary data that are refused', () => {
  test.each([
    [
      'too few for the shape',
      binary('a', 'FP32', [3], 8),
      "Input 'a' has 8 bytes; FP32 of shape [3] has 12.",
    ],
    [
      'more than the body has',
      binary('a', 'FP32', [8], 32),
      "Input 'a' has a 'binary_data_size' of 32; the body has 8 bytes left for it.",
    ],
    [
      'fewer than the body has',
      binary('a', 'FP32', [1], 4),
      "The body has 8 bytes of binary data; its inputs have 4 by their 'binary_data_size'.",
    ],
    [
      'a negative size',
      binary('a', 'FP32', [2], -8),
      "The 'binary_data_size' of input 'a' must be a number of bytes.",
    ],
    [
      'a size that is no number',
      binary('a', 'FP32', [2], '8'),
      "The 'binary_data_size' of input 'a' must be a number of bytes.",
    ],
    [
      'a huge shape',
      binary('a', 'FP32', [1e9, 1e9], 8),
      "The shape [1000000000,1000000000] of input 'a' is too large.",
    ],
    [
      'more texts than bytes',
      binary('a', 'BYTES', [1e9], 8),
      "Input 'a': the binary data of 8 bytes has no room for 1000000000 lengths; its shape [1000000000] has 1000000000 elements.",
    ],
    [
      'both forms',
      { ...binary('a', 'FP32', [2], 8), data: [1, 2] },
      "Input 'a' has both 'data' and 'binary_data_size'.",
    ],
  ])('%s', (_, given, message) => {
    const { body, headerLength } = binaryBody({ inputs: [given] }, [Buffer.alloc(8)])
    expect(() => codec.decode(body, headerLength)).toThrow(
      expect.objectContaining({ code: 'BAD_REQUEST', message }),
    )
  })

  test.each([
    ['ends before an element', [1, 0, 0, 0, 97], [2], 'has no room for 2 lengths'],
    ['ends before an element', [4, 0, 0, 0, 97, 97, 97, 97], [2], 'ends before element 1'],
    ['ends within an element', [2, 0, 0, 0, 97], [1], 'ends within element 0'],
    ['a length beyond 2^31', [255, 255, 255, 255, 97], [1], 'ends within element 0'],
    ['goes on', [1, 0, 0, 0, 97, 98], [1], 'goes on for 1 bytes behind its last element'],
    ['is not UTF-8', [1, 0, 0, 0, 255], [1], 'element 0 is not text in UTF-8'],
  ])('text that %s', (_, octetsOfText, shape, message) => {
    const given = [binary('c', 'BYTES', shape, octetsOfText.length)]
    const { body, headerLength } = binaryBody({ inputs: given }, [Buffer.from(octetsOfText)])
    expect(() => codec.decode(body, headerLength)).toThrow(message)
  })

  test('the character that stands for what is not UTF-8 is text itself', () => {
    const one = codecOf([input('c', 'BYTES', [-1])])
    const { body, headerLength } = binaryBody({ inputs: [binary('c', 'BYTES', [1], 7)] }, [
      Buffer.from([3, 0, 0, 0, 0xef, 0xbf, 0xbd]),
    ])
    expect(one.decode(body, headerLength).request.inputs.get('c')?.data).toEqual(['\ufffd'])
  })

  test('a size without a header that says where they begin', () => {
    const { body } = binaryBody({ inputs }, [])
    expect(() => codec.decode(body, undefined)).toThrow('no header Inference-Header-Content-Length')
  })

  test.each([-1, 1.5, 1e6, Number.NaN])('a length of the JSON of %s', (headerLength) => {
    const { body } = binaryBody({ inputs }, [])
    expect(() => codec.decode(body, headerLength)).toThrow(
      `Inference-Header-Content-Length is ${headerLength}`,
    )
  })

  test('a length of the JSON that ends within it, or behind it', () => {
    const { body, headerLength } = binaryBody({ inputs }, [octets(a), octets(b), c])
    expect(() => codec.decode(body, headerLength - 1)).toThrow('The request is not JSON')
    expect(() => codec.decode(body, headerLength + 1)).toThrow(/not JSON|not text/)
  })
})

describe('raw requests', () => {
  const raw = (bytes: Uint8Array, ...args: Parameters<typeof codecOf>) => codecOf(...args).decode(bytes, 0)
  const floats = octets(Float32Array.of(1, 2, 3, 4, 5, 6))

  test.each([
    [[6], false, [6]],
    [[2, 3], false, [2, 3]],
    [[-1, 3], false, [2, 3]],
    [[-1], false, [6]],
    [[-1, 6], true, [1, 6]],
    [[-1, 2, -1], true, [1, 2, 3]],
  ])('are of the shape %j of the model: with rows %s, %j', (shape, batchable, expected) => {
    const { request, form } = raw(floats, [input('x', 'FP32', shape)], { batchable })
    expect(request.inputs.get('x')).toEqual({
      datatype: 'FP32',
      shape: expected,
      data: Float32Array.of(1, 2, 3, 4, 5, 6),
    })
    expect(form).toEqual({ id: undefined, outputs: [], binaryOutputs: true })
  })

  test('of a text are all of it', () => {
    const { request } = raw(Buffer.from('grüße'), [input('x', 'BYTES', [-1, 1])], { batchable: true })
    expect(request.inputs.get('x')).toEqual({ datatype: 'BYTES', shape: [1, 1], data: ['grüße'] })
  })

  test('may be empty', () => {
    expect(raw(Buffer.alloc(0), [input('x', 'FP32', [-1])]).request.inputs.get('x')?.shape).toEqual([0])
  })

  test.each([
    ['several inputs', [input('x', 'FP32', [6]), input('y', 'FP32', [6])], "model 'm' has 2"],
    ['two open dimensions', [input('x', 'FP32', [-1, -1])], 'does not say the shape'],
    ['no rank', [{ ...input('x', 'FP32', []), unranked: true as const }], 'does not say the shape'],
    ['several texts', [input('x', 'BYTES', [-1])], 'does not say the shape'],
    ['another length', [input('x', 'FP32', [5])], "Input 'x' has 24 bytes; FP32 of shape [5] has 20."],
    ['parts of a row', [input('x', 'FP32', [-1, 5])], 'takes a multiple of 20'],
    ['rows of nothing', [input('x', 'FP32', [-1, 0])], 'takes a multiple of 0'],
  ])('are refused for %s', (_, inputs, message) => {
    expect(() => raw(floats, inputs)).toThrow(message)
  })
})
