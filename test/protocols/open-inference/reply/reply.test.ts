import { describe, expect, test } from 'vitest'
import type { OutputMetadata } from '../../../../src/core/predictor.ts'
import type { Tensor } from '../../../../src/core/tensor.ts'
import type { WantedOutput } from '../../../../src/protocols/open-inference/given-request.ts'
import type { InferForm } from '../../../../src/protocols/open-inference/open-inference-codec.ts'
import { codecOf, input } from '../codecs.ts'

const x = [input('x', 'FP32', [-1])]
const form = (init: Partial<InferForm> = {}): InferForm => {
  return { id: undefined, outputs: [], binaryOutputs: false, ...init }
}
const wanted = (name: string, init: Partial<WantedOutput> = {}): WantedOutput => {
  return { name, binary: false, classes: 0, ...init }
}

/** The reply with one output `y`. */
function replyOf(tensor: Tensor, init: Partial<InferForm> = {}) {
  const { datatype, shape } = tensor
  return codecOf(x, { outputs: [{ name: 'y', datatype, shape }] }).encode(
    new Map([['y', tensor]]),
    form(init),
  )
}

/** The data of the output `y` as they stand in the reply. */
function textOf(tensor: Tensor): string {
  return /"data":(.*)\}\]\}$/.exec(replyOf(tensor).body as string)![1]!
}

describe('a reply in JSON', () => {
  test('names the model, its version, and the id where there is one', () => {
    const y: Tensor = { datatype: 'FP32', shape: [1, 2], data: Float32Array.of(0.1, 2) }
    const rest =
      '"model_name":"m","model_version":"1","outputs":[{"name":"y","datatype":"FP32","shape":[1,2],"data":[0.1,2.0]}]}'
    expect(replyOf(y)).toEqual({ body: `{${rest}`, headerLength: undefined })
    expect(replyOf(y, { id: 'a"b' }).body).toBe(`{"id":"a\\"b",${rest}`)
  })

  test.each<[Tensor, string]>([
    [
      { datatype: 'FP32', shape: [3], data: Float32Array.of(1e-10, 16777217, 3.4028235e38) },
      '[1e-10,16777216.0,3.4028235e+38]',
    ],
    [
      {
        datatype: 'FP32',
        shape: [4],
        data: Float32Array.of(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0),
      },
      '[NaN,Infinity,-Infinity,-0.0]',
    ],
    [
      { datatype: 'FP64', shape: [3], data: Float64Array.of(0.1, Math.fround(0.1), 5e-324) },
      '[0.1,0.10000000149011612,5e-324]',
    ],
    [{ datatype: 'FP16', shape: [3], data: Uint16Array.of(0x3c00, 0x2e66, 0x7e00) }, '[1.0,0.099975586,NaN]'],
    [
      { datatype: 'INT64', shape: [2], data: BigInt64Array.of(-(2n ** 63n), 9007199254740993n) },
      '[-9223372036854775808,9007199254740993]',
    ],
    [{ datatype: 'UINT64', shape: [1], data: BigUint64Array.of(2n ** 64n - 1n) }, '[18446744073709551615]'],
    [{ datatype: 'INT8', shape: [2], data: Int8Array.of(-128, 127) }, '[-128,127]'],
    [{ datatype: 'BOOL', shape: [2], data: Uint8Array.of(0, 1) }, '[false,true]'],
    [{ datatype: 'BYTES', shape: [2], data: ['a"\0', 'ü😀'] }, '["a\\"\\u0000","ü😀"]'],
    [{ datatype: 'FP32', shape: [0, 3], data: new Float32Array() }, '[]'],
    [{ datatype: 'INT64', shape: [0], data: new BigInt64Array() }, '[]'],
  ])('writes %o', (tensor, text) => {
    expect(textOf(tensor)).toBe(text)
  })
})

describe('a reply with binary data', () => {
  const outputs: readonly OutputMetadata[] = [
    input('n', 'INT64', [-1]),
    input('s', 'BYTES', [-1]),
    input('f', 'FP32', [-1]),
  ]
  const tensors = new Map<string, Tensor>([
    ['n', { datatype: 'INT64', shape: [1], data: BigInt64Array.of(-2n) }],
    ['s', { datatype: 'BYTES', shape: [2], data: ['ü', ''] }],
    ['f', { datatype: 'FP32', shape: [1], data: Float32Array.of(1) }],
  ])
  const codec = codecOf(x, { outputs })

  test('has them in the order of the outputs, behind the JSON', () => {
    const { body, headerLength } = codec.encode(tensors, form({ binaryOutputs: true, id: 'ü' }))
    const octets = Buffer.from(body as Uint8Array)
    expect(JSON.parse(octets.toString('utf8', 0, headerLength))).toEqual({
      id: 'ü',
      model_name: 'm',
      model_version: '1',
      outputs: [
        { name: 'n', datatype: 'INT64', shape: [1], parameters: { binary_data_size: 8 } },
        { name: 's', datatype: 'BYTES', shape: [2], parameters: { binary_data_size: 10 } },
        { name: 'f', datatype: 'FP32', shape: [1], parameters: { binary_data_size: 4 } },
      ],
    })
    expect(octets.toString('hex', headerLength)).toBe('feffffffffffffff02000000c3bc000000000000803f')
  })

  test('mixes both forms in the order that is wanted', () => {
    const { body, headerLength } = codec.encode(
      tensors,
      form({ outputs: [wanted('f', { binary: true }), wanted('n')] }),
    )
    const octets = Buffer.from(body as Uint8Array)
    expect(octets.toString('utf8', 0, headerLength)).toContain(
      '"f","datatype":"FP32","shape":[1],"parameters"',
    )
    expect(octets.toString('utf8', 0, headerLength)).toContain(
      '"n","datatype":"INT64","shape":[1],"data":[-2]',
    )
    expect(octets.length).toBe(headerLength! + 4)
  })

  test('a view of an engine’s memory is written alone', () => {
    const data = Float32Array.of(7, 8, 9).subarray(1, 2)
    const { body, headerLength } = replyOf({ datatype: 'FP32', shape: [1], data }, { binaryOutputs: true })
    expect(
      Buffer.from(body as Uint8Array)
        .subarray(headerLength)
        .readFloatLE(),
    ).toBe(8)
  })
})

describe('classification', () => {
  const scores: Tensor = { datatype: 'FP32', shape: [2, 3], data: Float32Array.of(0.1, 0.7, 0.2, 5, 4, 6) }
  const classify = (
    tensor: Tensor,
    classes: number,
    init: { batchable?: boolean; classLabels?: readonly string[] } = {},
  ) => {
    const { batchable = true, classLabels } = init
    const metadata = { name: 'y', datatype: tensor.datatype, shape: tensor.shape }
    const outputs = [classLabels === undefined ? metadata : { ...metadata, classLabels }]
    const codec = codecOf(x, { batchable, outputs })
    return codec.outputsOf(new Map([['y', tensor]]), form({ outputs: [wanted('y', { classes })] }))[0]!.tensor
  }

  test('gives the largest values of each row', () => {
    expect(classify(scores, 2)).toEqual({
      datatype: 'BYTES',
      shape: [2, 2],
      data: ['0.7:1', '0.2:2', '6:2', '5:0'],
    })
    expect(classify(scores, 9)).toMatchObject({ shape: [2, 3] })
  })

  test('with the labels that are known', () => {
    const data = ['0.7:1:b', '6:2:c']
    expect(classify(scores, 1, { classLabels: ['a', 'b', 'c'] })).toEqual({
      datatype: 'BYTES',
      shape: [2, 1],
      data,
    })
  })

  test('of all values where the model has no rows', () => {
    expect(classify(scores, 2, { batchable: false })).toEqual({
      datatype: 'BYTES',
      shape: [2],
      data: ['6:5', '5:3'],
    })
  })

  test('of values that are equal or not finite, of integers and of nothing', () => {
    const odd = Float32Array.of(Number.NaN, 1, 1, Number.POSITIVE_INFINITY)
    const first: Tensor = { datatype: 'FP32', shape: [1, 4], data: odd }
    expect(classify(first, 4).data).toEqual(['Infinity:3', '1:1', '1:2', 'NaN:0'])
    const longs: Tensor = {
      datatype: 'INT64',
      shape: [1, 2],
      data: BigInt64Array.of(2n ** 60n, 2n ** 60n + 1n),
    }
    expect(classify(longs, 1).data).toEqual(['1152921504606846977:1'])
    const halves: Tensor = { datatype: 'FP16', shape: [1, 2], data: Uint16Array.of(0xbc00, 0x3c00) }
    expect(classify(halves, 1).data).toEqual(['1:1'])
    const none: Tensor = { datatype: 'FP32', shape: [0, 3], data: new Float32Array() }
    expect(classify(none, 1)).toEqual({ datatype: 'BYTES', shape: [0, 0], data: [] })
  })

  test('is refused for text before the model runs', () => {
    const codec = codecOf(x, { outputs: [input('y', 'BYTES', [-1])] })
    const body = {
      inputs: [{ name: 'x', datatype: 'FP32', shape: [1], data: [1] }],
      outputs: [{ name: 'y', parameters: { classification: 1 } }],
    }
    expect(() => codec.decode(Buffer.from(JSON.stringify(body)), undefined)).toThrow("Output 'y' is text")
  })
})
