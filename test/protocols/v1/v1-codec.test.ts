import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ServingError } from '../../../src/core/errors.ts'
import type { Tensor, TensorMap } from '../../../src/core/tensor.ts'
import { compileV1Codec, type V1CodecInit } from '../../../src/protocols/v1/compile-v1-codec.ts'
import type { ColSpec, ModelSignature } from '../../../src/signature/model-signature.ts'

const NUMBERS: V1CodecInit = {
  signature: undefined,
  inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 2] }],
  outputs: [{ name: 'y', datatype: 'FP32', shape: [-1] }],
}

function columns(...specs: readonly (readonly [name: string, type: ColSpec['type']])[]): ModelSignature {
  const inputs = specs.map(([name, type]) => ({ name, type, required: true }))
  return { inputs: { kind: 'columns', columns: inputs } } as unknown as ModelSignature
}

const FRAME: V1CodecInit = { ...NUMBERS, signature: columns(['a', 'double'], ['b', 'double']) }

const TEXTS: V1CodecInit = {
  ...NUMBERS,
  inputs: [{ name: 't', datatype: 'BYTES', shape: [-1] }],
}

function decoded(init: V1CodecInit, body: string) {
  const { request, form } = compileV1Codec(init).decode(new TextEncoder().encode(body))
  const inputs = Array.from(request.inputs, ([name, { shape, data }]) => [name, [...shape], [...data]])
  return { form, inputs }
}

function thrownBy(init: V1CodecInit, body: string): unknown {
  try {
    decoded(init, body)
  } catch (error) {
    return error
  }
  throw new Error(`was read: ${body}`)
}

describe('a request', () => {
  const rows = [['x', [2, 2], [1, 2, 3, 4]]]

  test.each([
    ['instances', '{"instances": [[1, 2], [3, 4]]}'],
    ['instances', ' {"instances":[{"x": [1, 2]}, {"x": [3.0, 4]}]}'],
    ['inputs', '{"inputs": [[1, 2], [3, 4]]}'],
    ['inputs', '{"inputs": {"x": [[1, 2], [3, 4]]}}'],
    ['inputs', '{"signature_name": "serving_default", "inputs": {"x": [[1, 2], [3, 4]]}}'],
    ['instances', '{"signature_name": "", "instances": [[1, 2], [3, 4]]}'],
    ['instances', '{"instances": [[1, 2], [3, 4]], "signature_name": null}'],
    ['instances', '{"extra": [], "instances": [[1, 2], [3, 4]]}'],
  ] as const)('by the model’s own tensor: %s %s', (form, body) => {
    expect(decoded(NUMBERS, body)).toEqual({ form, inputs: rows })
    expect(decoded(FRAME, body)).toEqual({ form, inputs: rows })
  })

  test.each([
    ['instances', '{"instances": [{"a": 1, "b": 2}, {"a": 3.5, "b": 4}]}'],
    ['inputs', '{"inputs": {"a": [1, 3.5], "b": [2, 4]}}'],
  ] as const)('by the columns of the signature: %s %s', (form, body) => {
    expect(decoded(FRAME, body)).toEqual({ form, inputs: [['x', [2, 2], [1, 2, 3.5, 4]]] })
  })

  test('by columns is enforced as MLflow does', () => {
    expect(thrownBy(FRAME, '{"instances": [{"a": 1}]}')).toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
      message: expect.stringContaining("missing inputs ['b']"),
    })
  })

  test('has text in base64 where it says so', () => {
    const b64 = Buffer.from('grüße').toString('base64')
    const body = JSON.stringify({ instances: ['a', { b64 }, 'b64'] })
    expect(decoded(TEXTS, body).inputs).toEqual([['t', [3], ['a', 'grüße', 'b64']]])
    const whole = JSON.stringify({ inputs: { t: [{ b64 }] } })
    expect(decoded(TEXTS, whole).inputs).toEqual([['t', [1], ['grüße']]])
  })

  test('keeps numbers exact beside base64', () => {
    const init: V1CodecInit = {
      ...NUMBERS,
      inputs: [
        { name: 'i', datatype: 'INT64', shape: [-1] },
        { name: 'f', datatype: 'FP64', shape: [-1] },
        { name: 't', datatype: 'BYTES', shape: [-1] },
      ],
    }
    const body = '{"inputs": {"i": [9223372036854775807], "f": [1e-320], "t": [{"b64": "YQ=="}]}}'
    expect(decoded(init, body).inputs).toEqual([
      ['i', [1], [9223372036854775807n]],
      ['f', [1], [1e-320]],
      ['t', [1], ['a']],
    ])
  })

  test.each(['{"instances": [{"b64": "%%%"}]}', '{"instances": [{"b64": "//79"}]}'])(
    'is refused where base64 is wrong: %s',
    (body) => {
      expect(thrownBy(TEXTS, body)).toMatchObject({
        code: 'BAD_REQUEST',
        message: expect.stringContaining('b64'),
      })
    },
  )

  test.each([
    ['neither', '{"dataframe_split": {"data": [[1, 2]]}}'],
    ['both', '{"x": 1, "instances": [[1, 2]], "inputs": [[1, 2]]}'],
    ['JSON object', '[1]'],
    ['not JSON', '"instances": [[1, 2]]}'],
    ['other', '{"signature_name": "other", "instances": [[1, 2]]}'],
  ])('is refused in words: %s', (words, body) => {
    expect(thrownBy(NUMBERS, body)).toMatchObject({
      code: 'BAD_REQUEST',
      message: expect.stringContaining(words),
    })
  })

  test('is read or refused, whatever it is', () => {
    const item = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 3 },
        fc.constantFrom(null, true, 0, -1.5, 'a', 1e300),
        fc.record({ b64: fc.constantFrom('YQ==', 'x', 1) }),
        fc.array(tie('any'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom('x', 'a', 'b', 't', '__proto__'), tie('any'), { maxKeys: 3 }),
      ),
    })).any
    const body = fc.dictionary(fc.constantFrom('instances', 'inputs', 'signature_name', 'params'), item)
    fc.assert(
      fc.property(body, fc.constantFrom(NUMBERS, FRAME, TEXTS), (value, init) => {
        try {
          decoded(init, JSON.stringify(value))
        } catch (error) {
          expect(error).toBeInstanceOf(ServingError)
          expect(['BAD_REQUEST', 'INVALID_PARAMETER_VALUE']).toContain((error as ServingError).code)
        }
      }),
      { numRuns: 500 },
    )
  })
})

describe('a reply', () => {
  const float: Tensor = { datatype: 'FP32', shape: [2, 2], data: Float32Array.of(0.1, 2, Number.NaN, -0) }
  const text: Tensor = { datatype: 'BYTES', shape: [2], data: ['a"', 'ü'] }
  const total: Tensor = { datatype: 'INT64', shape: [1], data: BigInt64Array.of(2n ** 63n - 1n) }

  function encoded(tensors: Readonly<Record<string, Tensor>>, form: 'instances' | 'inputs'): string {
    const outputs = Object.entries(tensors).map(([name, { datatype }]) => ({ name, datatype, shape: [-1] }))
    const map: TensorMap = new Map(Object.entries(tensors))
    return compileV1Codec({ ...NUMBERS, outputs }).encode(map, form)
  }

  test('of one output has its values alone', () => {
    expect(encoded({ y: float }, 'instances')).toBe('{"predictions": [[0.1, 2.0], [NaN, -0.0]]}')
    expect(encoded({ y: float }, 'inputs')).toBe('{"outputs": [[0.1, 2.0], [NaN, -0.0]]}')
    expect(encoded({ y: total }, 'inputs')).toBe('{"outputs": [9223372036854775807]}')
  })

  test('of several has an object a row, or one of whole tensors', () => {
    expect(JSON.parse(encoded({ a: text, b: text }, 'instances'))).toEqual({
      predictions: [
        { a: 'a"', b: 'a"' },
        { a: 'ü', b: 'ü' },
      ],
    })
    expect(JSON.parse(encoded({ a: text, b: text }, 'inputs'))).toEqual({
      outputs: { a: ['a"', 'ü'], b: ['a"', 'ü'] },
    })
  })

  test('has octets in base64 where the name says that they are', () => {
    expect(JSON.parse(encoded({ a_bytes: text }, 'instances'))).toEqual({
      predictions: [{ b64: 'YSI=' }, { b64: 'w7w=' }],
    })
  })

  test('cannot have rows of outputs that differ in length', () => {
    expect(() => encoded({ a: text, b: total }, 'instances')).toThrow(/number of rows/)
    expect(encoded({ a: text, b: total }, 'inputs')).toContain('"b": [9223372036854775807]')
  })
})

test.each(['{"instances":', '{"inputs":[', '{"instances"'])(
  'reads however many spaces after %s in a time that is a multiple of their number',
  (beginning) => {
    const error = thrownBy(NUMBERS, `${beginning}${' '.repeat(2_000_000)}1}`)
    expect(error).toMatchObject({ code: 'BAD_REQUEST' })
  },
)
