import { describe, expect, test } from 'vitest'
import type {
  ColSpec,
  ModelSignature,
  ParamSpec,
  TensorSpec,
} from '../../../../src/signature/model-signature.ts'
import { codecOf, decodeJson, input, unranked } from '../codecs.ts'

const tensor = (name: string, datatype: string, shape: readonly number[], data: readonly unknown[]) => {
  return { name, datatype, shape, data }
}
const column = (name: string, type: ColSpec['type'], required = true): ColSpec => ({ name, type, required })
const signed = (inputs: ModelSignature['inputs'], params?: readonly ParamSpec[]): ModelSignature => {
  return { inputs, outputs: undefined, params, fromTypeHint: false }
}
const columns = (...specs: readonly ColSpec[]) => signed({ kind: 'columns', columns: specs })
const tensors = (...specs: readonly TensorSpec[]) => signed({ kind: 'tensors', tensors: specs })

describe('columns of a signature', () => {
  const matrix = codecOf([input('X', 'FP32', [-1, 2])], {
    signature: columns(column('a', 'double'), column('b', 'double')),
    batchable: true,
  })

  test.each([[[2]], [[2, 1]]])('become the matrix that the model takes, each of shape %j', (shape) => {
    const inputs = [tensor('b', 'FP64', shape, [3, 4]), tensor('a', 'FP64', shape, [1, 2])]
    const { request } = decodeJson(matrix, { inputs })
    expect(request.inputs.get('X')).toEqual({
      datatype: 'FP32',
      shape: [2, 2],
      data: Float32Array.of(1, 3, 2, 4),
    })
  })

  test('the model takes its own tensor as well', () => {
    const { request } = decodeJson(matrix, { inputs: [tensor('X', 'FP32', [1, 2], [1, 2])] })
    expect(request.inputs.get('X')?.data).toEqual(Float32Array.of(1, 2))
  })

  test('smaller numbers are widened as MLflow widens them, others refused as it refuses them', () => {
    const b = tensor('b', 'FP64', [1], [1])
    const { request } = decodeJson(matrix, { inputs: [tensor('a', 'INT32', [1], [1]), b] })
    expect(request.inputs.get('X')?.data).toEqual(Float32Array.of(1, 1))
    expect(() => decodeJson(matrix, { inputs: [tensor('a', 'INT64', [1], [7]), b] })).toThrow(
      'Incompatible input types for column a. Can not safely convert int64 to float64.',
    )
  })

  test.each([
    [[tensor('a', 'FP64', [1], [1])], 'INVALID_PARAMETER_VALUE', "Model is missing inputs ['b']."],
    [
      [tensor('a', 'FP64', [1], [1]), tensor('b', 'FP64', [2], [1, 2])],
      'BAD_REQUEST',
      "Input 'b' has 2 rows",
    ],
    [
      [tensor('a', 'FP64', [], [1]), tensor('b', 'FP64', [], [1])],
      'BAD_REQUEST',
      'needs a dimension of rows',
    ],
    [
      [tensor('a', 'FP64', [1], [1]), tensor('a', 'FP64', [1], [1])],
      'BAD_REQUEST',
      "Input 'a' is given twice.",
    ],
    [
      [tensor('a', 'FP64', [1], [1]), tensor('X', 'FP32', [1, 2], [1, 2])],
      'BAD_REQUEST',
      "takes the inputs 'X', or by its signature 'a', 'b'. It has no input 'a'.",
    ],
  ])('are refused: %j', (inputs, code, message) => {
    expect(() => decodeJson(matrix, { inputs })).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    )
  })

  test('of many kinds go to the inputs of their names', () => {
    const inputs = [input('s', 'BYTES', [-1, 1]), input('n', 'FP32', [-1, 1]), input('f', 'BOOL', [-1, 1])]
    const signature = columns(column('s', 'string'), column('n', 'float'), column('f', 'boolean'))
    const codec = codecOf(inputs, { signature })
    const given = [
      tensor('s', 'BYTES', [2, 1], ['u', 'v']),
      tensor('n', 'FP32', [2, 1], [1, 2]),
      tensor('f', 'BOOL', [2, 1], [true, false]),
    ]
    const { request } = decodeJson(codec, { inputs: given })
    expect([...request.inputs.values()].map(({ data }) => data)).toEqual([
      ['u', 'v'],
      Float32Array.of(1, 2),
      Uint8Array.of(1, 0),
    ])
  })

  test('times are texts', () => {
    const codec = codecOf([input('t', 'INT64', [-1])], { signature: columns(column('time', 'datetime')) })
    const given = (text: string) => ({ inputs: [tensor('time', 'BYTES', [1], [text])] })
    // No engine takes a time: what matters is that it was read as one.
    expect(() => decodeJson(codec, given('2026-01-02T03:04:05'))).toThrow('tensor(datetime64[ns])')
    expect(() => decodeJson(codec, given('yesterday'))).toThrow(
      "Failed to convert column time to type 'datetime64[ns]'",
    )
  })

  test('lists are rows of a tensor', () => {
    const type = { kind: 'array', items: 'double' } as const
    const codec = codecOf([input('X', 'FP32', [-1, 1])], { signature: columns(column('v', type)) })
    expect(() => decodeJson(codec, { inputs: [tensor('v', 'BYTES', [1, 2], ['a', 'b'])] })).toThrow(
      'Failed to enforce schema',
    )
  })

  test('that are the inputs of the model need the required ones, though the model does not take them', () => {
    const codec = codecOf([input('a', 'FP32', [-1, 1]), input('b', 'FP32', [-1])], {
      signature: columns(column('a', 'float'), column('b', 'float'), column('z', 'float')),
    })
    const a = tensor('a', 'FP32', [1, 1], [1])
    const b = tensor('b', 'FP32', [1], [2])
    expect(() => decodeJson(codec, { inputs: [a, b] })).toThrow("Model is missing inputs ['z'].")
    const { request } = decodeJson(codec, { inputs: [a, b, { ...b, name: 'z' }] })
    expect([...request.inputs.values()]).toEqual([
      { datatype: 'FP32', shape: [1, 1], data: Float32Array.of(1) },
      { datatype: 'FP32', shape: [1], data: Float32Array.of(2) },
    ])
  })

  test('may be left out where they are optional', () => {
    const codec = codecOf([input('a', 'FP32', [-1, 1])], {
      signature: columns(column('a', 'float'), column('z', 'float', false)),
    })
    expect(decodeJson(codec, { inputs: [tensor('a', 'FP32', [1, 1], [1])] }).request.inputs.size).toBe(1)
  })
})

describe('tensors of a signature', () => {
  test('say more of the shape than the model', () => {
    const signature = tensors({ name: undefined, dtype: 'float32', shape: [-1, 3] })
    for (const x of [input('x', 'FP32', [-1, -1]), unranked('x', 'FP32')]) {
      const codec = codecOf([x], { signature })
      expect(
        decodeJson(codec, { inputs: [tensor('x', 'FP32', [1, 3], [1, 2, 3])] }).request.inputs.size,
      ).toBe(1)
      expect(() => decodeJson(codec, { inputs: [tensor('x', 'FP32', [1, 2], [1, 2])] })).toThrow(
        'expected [-1,3], got [1,2]',
      )
    }
  })

  test('are taken in their own dtype, which MLflow casts for the model', () => {
    for (const name of [undefined, 'x']) {
      const codec = codecOf([input('x', 'FP32', [-1, 2])], {
        signature: tensors({ name, dtype: 'float64', shape: [-1, 2] }),
      })
      for (const datatype of ['FP64', 'FP32']) {
        const { request } = decodeJson(codec, { inputs: [tensor('x', datatype, [1, 2], [1, 2])] })
        expect(request.inputs.get('x')).toEqual({
          datatype: 'FP32',
          shape: [1, 2],
          data: Float32Array.of(1, 2),
        })
      }
      expect(() => decodeJson(codec, { inputs: [tensor('x', 'INT64', [1, 2], [1, 2])] })).toThrow(
        "Input 'x' of model 'm' has an unexpected datatype: expected FP32, got INT64.",
      )
    }
  })

  test.each(['str', 'object'])('of text, %s', (dtype) => {
    const codec = codecOf([input('x', 'BYTES', [-1])], {
      signature: tensors({ name: 'x', dtype, shape: [-1] }, { name: 'z', dtype, shape: [-1] }),
    })
    const x = tensor('x', 'BYTES', [1], ['a'])
    expect(decodeJson(codec, { inputs: [x] }).request.inputs.get('x')?.data).toEqual(['a'])
    expect(() => decodeJson(codec, { inputs: [x, { ...x, name: 'z' }] })).toThrow('Invalid input name: z.')
  })

  test('have the same number of rows where the model has rows', () => {
    const codec = codecOf([input('a', 'FP32', [-1]), input('b', 'FP32', [-1])], {
      signature: tensors(
        { name: 'a', dtype: 'float64', shape: [-1] },
        { name: 'b', dtype: 'float64', shape: [-1] },
      ),
      batchable: true,
    })
    const inputs = [tensor('a', 'FP64', [1], [1]), tensor('b', 'FP64', [2], [1, 2])]
    expect(() => decodeJson(codec, { inputs })).toThrow('must have the same number of rows')
  })
})

describe('parameters', () => {
  const spec = (name: string, type: ParamSpec['type'], value: unknown): ParamSpec => {
    return { name, type, default: value, shape: undefined }
  }
  const codec = codecOf([input('x', 'FP32', [-1])], {
    signature: signed(undefined, [spec('k', 'long', 5), spec('t', 'double', 0.5), spec('s', 'string', 'a')]),
  })
  const decode = (parameters: string) =>
    decodeJson(
      codec,
      `{"parameters":${parameters},"inputs":[{"name":"x","datatype":"FP32","shape":[1],"data":[1]}]}`,
    ).request.parameters

  test.each([
    ['{}', { k: 5n, t: 0.5, s: 'a' }],
    ['{"k":7,"t":1}', { k: 7n, t: 1, s: 'a' }],
    ['{"k":9007199254740993}', { k: 9007199254740993n, t: 0.5, s: 'a' }],
    [
      '{"unknown":[1,"a"],"headers":{"a":"b"},"priority":1,"sequence_id":7,"s":"b"}',
      { k: 5n, t: 0.5, s: 'b' },
    ],
  ])('%s', (parameters, expected) => {
    expect(Object.fromEntries(decode(parameters))).toEqual(expected)
  })

  test.each(['{"k":"7"}', '{"k":1.5}', '{"s":1}'])('that are refused: %s', (parameters) => {
    expect(() => decode(parameters)).toThrow(
      expect.objectContaining({
        code: 'INVALID_PARAMETER_VALUE',
        message: expect.stringContaining('Invalid parameters'),
      }),
    )
  })

  test('lists in lists in lists', () => {
    expect(() => decode(`{"u":${'['.repeat(20)}${']'.repeat(20)}}`)).toThrow('nested too deeply')
  })
})
