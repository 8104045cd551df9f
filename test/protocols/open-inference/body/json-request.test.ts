import { describe, expect, test } from 'vitest'
import type { Datatype } from '../../../../src/core/tensor.ts'
import { codecOf, decodeJson, decodeOne, input, unranked } from '../codecs.ts'

const request = (datatype: string, shape: string, data: string): string =>
  `{"inputs":[{"name":"x","datatype":"${datatype}","shape":${shape},"data":${data}}]}`

const decode = (datatype: Datatype, rank: number, shape: string, data: string) =>
  decodeOne({ datatype, shape: new Array(rank).fill(-1) }, request(datatype, shape, data))

describe('data in JSON', () => {
  test.each([
    ['BOOL', '[true,false,1,0]', Uint8Array.of(1, 0, 1, 0)],
    ['UINT8', '[0,255,1,2]', Uint8Array.of(0, 255, 1, 2)],
    ['UINT16', '[0,65535,1,2]', Uint16Array.of(0, 65535, 1, 2)],
    ['UINT32', '[0,4294967295,1,2]', Uint32Array.of(0, 4294967295, 1, 2)],
    ['INT8', '[-128,127,1,2]', Int8Array.of(-128, 127, 1, 2)],
    ['INT16', '[-32768,32767,1,2]', Int16Array.of(-32768, 32767, 1, 2)],
    ['INT32', '[-2147483648,2147483647,1,2]', Int32Array.of(-2147483648, 2147483647, 1, 2)],
    ['INT64', '[-1,4294967296,-4294967297,-0]', BigInt64Array.of(-1n, 4294967296n, -4294967297n, 0n)],
    [
      'INT64',
      '[-9223372036854775808,9223372036854775807,9007199254740993,1e18]',
      BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n, 9007199254740993n, 10n ** 18n),
    ],
    [
      'UINT64',
      '[18446744073709551615,9007199254740993,0,4294967296]',
      BigUint64Array.of(2n ** 64n - 1n, 9007199254740993n, 0n, 4294967296n),
    ],
    ['FP16', '[1,0.1,65520,-0.0]', Uint16Array.of(0x3c00, 0x2e66, 0x7c00, 0x8000)],
    ['FP32', '[1,0.1,1e39,-0.0]', Float32Array.of(1, 0.1, Number.POSITIVE_INFINITY, -0)],
    ['FP64', '[1,0.1,1e-320,-0.0]', Float64Array.of(1, 0.1, 1e-320, -0)],
    ['BYTES', '["","a\\u0000b","ü","\\ud83d\\ude00"]', ['', 'a\0b', 'ü', '😀']],
  ] as const)('%s %s', (datatype, data, expected) => {
    expect(decode(datatype, 1, '[4]', data).data).toEqual(expected)
    const [a, b, c, d] = data.slice(1, -1).split(',')
    expect(decode(datatype, 2, '[2,2]', `[[${a},${b}],[${c},${d}]]`).data).toEqual(expected)
  })

  test('takes the tokens of numbers that are not finite', () => {
    const { data } = decode('FP32', 1, '[5]', '[NaN,Infinity,-Infinity,1,2.5]')
    expect(data).toEqual(
      Float32Array.of(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1, 2.5),
    )
    expect(decode('FP16', 1, '[2]', '[NaN,-Infinity]').data).toEqual(Uint16Array.of(0x7e00, 0xfc00))
  })

  test('takes large integers for floats beside such tokens', () => {
    expect(decode('FP64', 1, '[2]', '[NaN,9223372036854775807]').data).toEqual(
      Float64Array.of(Number.NaN, 2 ** 63),
    )
  })

  test('takes scalars, with and without a list', () => {
    expect(decode('FP32', 0, '[]', '[7]')).toEqual({ datatype: 'FP32', shape: [], data: Float32Array.of(7) })
    expect(decode('FP32', 0, '[]', '7')).toEqual({ datatype: 'FP32', shape: [], data: Float32Array.of(7) })
    expect(decode('BYTES', 0, '[]', '"a"').data).toEqual(['a'])
  })

  test.each(['[]', '[[],[]]'])('takes tensors without elements: %s', (data) => {
    expect(decode('FP32', 2, '[2,0]', data)).toEqual({
      datatype: 'FP32',
      shape: [2, 0],
      data: new Float32Array(),
    })
  })

  test('takes text with a byte order mark before it', () => {
    expect(
      decodeOne({ datatype: 'FP32', shape: [1] }, `\ufeff${request('FP32', '[1]', '[1]')}`).data[0],
    ).toBe(1)
  })
})

describe('data that are refused', () => {
  test.each([
    ['INT8', '[1]', '[300]', "Input 'x': element 0 is 300, which is no INT8."],
    ['UINT8', '[2]', '[1,-1]', "Input 'x': element 1 is -1, which is no UINT8."],
    ['INT32', '[1]', '[1.5]', "Input 'x': element 0 is 1.5, which is no INT32."],
    ['INT64', '[1]', '[0.5]', "Input 'x': element 0 is 0.5, which is no INT64."],
    [
      'INT64',
      '[1]',
      '[9223372036854775808]',
      "Input 'x': element 0 is 9223372036854775808, which is no INT64.",
    ],
    ['UINT64', '[1]', '[-1]', "Input 'x': element 0 is -1, which is no UINT64."],
    [
      'UINT64',
      '[1]',
      '[18446744073709551616]',
      "Input 'x': element 0 is 18446744073709551616, which is no UINT64.",
    ],
    ['UINT64', '[1]', '[1e400]', "Input 'x': element 0 is Infinity, which is no UINT64."],
    ['INT64', '[1]', '[NaN]', "Input 'x': element 0 is NaN, which is no INT64."],
    ['FP32', '[1]', '[null]', "Input 'x': element 0 is null, which is no FP32."],
    ['FP32', '[1]', '["1"]', "Input 'x': element 0 is the text '1', which is no FP32."],
    ['FP32', '[1]', '[true]', "Input 'x': element 0 is true, which is no FP32."],
    ['BOOL', '[1]', '[2]', "Input 'x': element 0 is 2, which is no BOOL."],
    ['BYTES', '[1]', '[1]', "Input 'x': element 0 is 1, which is no BYTES."],
    [
      'BYTES',
      '[1]',
      '["\\ud800"]',
      "Input 'x': element 0 is a text with half of a surrogate pair, which is no BYTES.",
    ],
    ['FP32', '[2,2]', '[[1,2],[3,[4]]]', "Input 'x': element 3 is a list, which is no FP32."],
    ['FP32', '[2]', '[1,{}]', "Input 'x': element 1 is an object, which is no FP32."],
    ['FP32', '[2]', '[1]', "Input 'x' has 1 elements in 'data'; its shape [2] has 2."],
    [
      'FP32',
      '[2,2]',
      '[[1,2],[3]]',
      "Input 'x': 'data' is not nested as its shape [2,2] says; there is a list of 1 at depth 2.",
    ],
    [
      'FP32',
      '[2,2]',
      '[[1,2],3]',
      "Input 'x': 'data' is not nested as its shape [2,2] says; there is no list at depth 2.",
    ],
    [
      'FP32',
      '[]',
      '[[1]]',
      "Input 'x': 'data' is not nested as its shape [] says; there is a list of 1 at depth 1.",
    ],
    ['FP32', '[1]', '1', "Input 'x' needs 'data', a list of its elements, or 'binary_data_size'."],
    ['FP32', '[1]', 'null', "Input 'x' needs 'data', a list of its elements, or 'binary_data_size'."],
    [
      'FP32',
      '[-1]',
      '[1]',
      "The shape of input 'x' has the dimension -1; dimensions are whole numbers, 0 or more.",
    ],
    [
      'FP32',
      '[1.5]',
      '[1]',
      "The shape of input 'x' has the dimension 1.5; dimensions are whole numbers, 0 or more.",
    ],
    [
      'FP32',
      '[1000000000,1000000000]',
      '[1]',
      "The shape [1000000000,1000000000] of input 'x' is too large.",
    ],
    ['FP32', '[0,1000000000]', '[]', "The shape [0,1000000000] of input 'x' is too large."],
    ['FP32', '[1000000,0]', '[]', "The shape [1000000,0] of input 'x' is too large."],
    ['FP32', '["1"]', '[1]', "Input 'x' needs a 'shape', a list of whole numbers."],
    ['FP32', '4', '[1]', "Input 'x' needs a 'shape', a list of whole numbers."],
    ['FP33', '[1]', '[1]', "Input 'x' needs a 'datatype' of the protocol, such as FP32; there is no 'FP33'."],
    [
      'BF16',
      '[1]',
      '[1]',
      "Input 'x': BF16 has no form in JSON; send it as binary data, or as FP32, which holds its values.",
    ],
  ])('%s %s %s', (datatype, shape, data, message) => {
    const codec = codecOf([unranked('x', 'FP32')])
    expect(() => decodeJson(codec, request(datatype, shape, data))).toThrow(
      expect.objectContaining({ code: 'BAD_REQUEST', message }),
    )
  })

  test('a shape of very many dimensions', () => {
    const body = request('FP32', JSON.stringify(new Array(65).fill(1)), '[1]')
    expect(() => decodeJson(codecOf([unranked('x', 'FP32')]), body)).toThrow('65 dimensions; 64 are the most')
  })
})

describe('requests that are refused', () => {
  const codec = codecOf([input('x', 'FP32', [-1])])
  const x = { name: 'x', datatype: 'FP32', shape: [1], data: [1] }

  test.each([
    ['', 'The request is not JSON: Expecting value: line 1 column 1 (char 0).'],
    ['{"inputs":[}', 'The request is not JSON: Expecting value: line 1 column 12 (char 11).'],
    ['[]', 'The request must be a JSON object.'],
    ['null', 'The request must be a JSON object.'],
    ['{}', "The request needs 'inputs', a list."],
    ['{"inputs":{}}', "The request needs 'inputs', a list."],
    ['{"inputs":[],"outputs":"y"}', "The request needs 'outputs', a list."],
    ['{"inputs":[1]}', 'Each input must be an object.'],
    ['{"inputs":[{}]}', "Each input needs a 'name', a string."],
    ['{"inputs":[{"name":"x"}]}', "Input 'x' needs a 'datatype' of the protocol, such as FP32."],
    [{ id: 7, inputs: [x] }, "The 'id' of a request must be a string."],
    [{ inputs: [x], parameters: 1 }, "The 'parameters' of a request must be an object."],
    [
      { inputs: [x], parameters: { binary_data_output: 1 } },
      "The parameter 'binary_data_output' must be true or false.",
    ],
    [
      { inputs: [x], parameters: { timeout: -1 } },
      "The parameter 'timeout' must be a number of microseconds, 0 or more.",
    ],
    [{ inputs: [{ ...x, parameters: 1 }] }, "The 'parameters' of 'x' must be an object."],
    [
      { inputs: [{ ...x, parameters: { shared_memory_region: 'r' } }] },
      "'x' is to be in shared memory, which this server does not have.",
    ],
    [
      { inputs: [x], outputs: [{ name: 'y', parameters: { binary_data: 'yes' } }] },
      "The parameter 'binary_data' must be true or false.",
    ],
    [
      { inputs: [x], outputs: [{ name: 'y', parameters: { classification: -1 } }] },
      "The 'classification' of output 'y' must be a whole number, 0 or more.",
    ],
    [{ inputs: [x], outputs: [{ name: 'z' }] }, "Model 'm' has no output 'z'; its outputs are 'y'."],
    [{ inputs: [x], outputs: [{ name: 'y' }, { name: 'y' }] }, "Output 'y' is wanted twice."],
    [{ inputs: [x], outputs: ['y'] }, 'Each output must be an object.'],
    [{ inputs: [{ ...x, name: 'n'.repeat(5000) }] }, 'The name of an input is longer than 4096 characters.'],
    [{ inputs: new Array(10_001).fill(x) }, 'The request has more than 10000 inputs.'],
  ])('%j', (body, message) => {
    expect(() => decodeJson(codec, body)).toThrow(expect.objectContaining({ code: 'BAD_REQUEST', message }))
  })

  test('text that is not UTF-8', () => {
    const body = Buffer.from('{"inputs":[{"name":"\xff"}]}', 'latin1')
    expect(() => codec.decode(body, undefined)).toThrow('The JSON of the request is not text in UTF-8.')
  })

  test('deep nesting, at no cost', () => {
    const deep = '['.repeat(2_000_000)
    expect(() => decodeJson(codec, deep)).toThrow('Nested deeper than 900 levels')
    const closed = `{"inputs":[{"name":"x","datatype":"FP32","shape":[1],"data":${deep}${']'.repeat(deep.length)}}]}`
    expect(() => decodeJson(codec, closed)).toThrow('element 0 is a list')
  })
})

describe('what accompanies the inputs', () => {
  const codec = codecOf([input('x', 'FP32', [-1])], {
    outputs: [input('y', 'FP32', [-1]), input('z', 'INT64', [-1])],
  })
  const inputs = [{ name: 'x', datatype: 'FP32', shape: [1], data: [1] }]

  test('the id is kept where there is one', () => {
    expect(decodeJson(codec, { id: 'a', inputs })).toMatchObject({ request: { id: 'a' }, form: { id: 'a' } })
    expect(decodeJson(codec, { inputs }).form.id).toBeUndefined()
  })

  test('null stands for what is not there', () => {
    const nulls = { id: null, parameters: null, outputs: null, inputs: [{ ...inputs[0], parameters: null }] }
    const { request, form } = decodeJson(codec, nulls)
    expect(request.inputs.get('x')?.data).toEqual(Float32Array.of(1))
    expect(form).toEqual({ id: undefined, outputs: [], binaryOutputs: false })
  })

  test('outputs are wanted in their order, each in its form', () => {
    const { request, form } = decodeJson(codec, {
      inputs,
      parameters: { binary_data_output: true },
      outputs: [{ name: 'z' }, { name: 'y', parameters: { binary_data: false, classification: 2 } }],
    })
    expect(request.outputs).toEqual(['z', 'y'])
    expect(form.outputs).toEqual([
      { name: 'z', binary: true, classes: 0 },
      { name: 'y', binary: false, classes: 2 },
    ])
  })

  test.each([
    [5000, 5000],
    ['5000', 5000],
    [0, undefined],
    [null, undefined],
  ])('a timeout of %s', (timeout, expected) => {
    expect(decodeJson(codec, { inputs, parameters: { timeout } }).timeoutMicroseconds).toBe(expected)
  })
})
