import { describe, expect, it } from 'vitest'
import { ServingError } from '../../../src/core/errors.ts'
import { codecFor, column, decodeJson, input } from './models.ts'

const columns = [column('a', 'double')]
const inputs = [input('x', 'FP32', [-1, 1])]
const codec = codecFor({
  schema: columns,
  inputs,
  params: [
    { name: 't', type: 'float', default: 0.5, shape: null },
    { name: 'n', type: 'integer', default: 3, shape: null },
    { name: 's', type: 'string', default: 'a', shape: null },
    { name: 'l', type: 'long', default: [1, 2], shape: [-1] },
    { name: 'd', type: 'datetime', default: '2024-01-01T00:00:00', shape: null },
  ],
})

function withParams(params: unknown): string {
  return JSON.stringify({ dataframe_records: [{ a: 1 }], params })
}

function parameters(params?: unknown): Record<string, unknown> {
  return Object.fromEntries(decodeJson(codec, withParams(params)).request.parameters)
}

describe('params', () => {
  it.each([undefined, null, {}, { unknown: 1 }])('are completed with defaults: %j', (params) => {
    expect(parameters(params)).toEqual({ t: 0.5, n: 3n, s: 'a', l: [1n, 2n], d: '2024-01-01T00:00:00' })
  })

  it('are taken where their type fits, integers for floats', () => {
    expect(parameters({ t: 2, n: 7, s: 'z', l: [], d: '2020-02-02' })).toEqual({
      t: 2,
      n: 7n,
      s: 'z',
      l: [],
      d: '2020-02-02',
    })
  })

  it('may be null', () => {
    expect(parameters({ t: null })['t']).toBeNull()
  })

  it.each([
    ...['2024', '5', '24-01-01', '2024-05', '2024-05-06 07', '2024-05-06T07:08:09.123456'],
    ...['2024-05-06T07:08Z', '2024-05-06T07:08-02:30', 'Now', 'TODAY'],
  ])('are dates and times where NumPy reads one: %s', (d) => {
    expect(parameters({ d })['d']).toBe(d)
  })

  it.each([
    '0',
    '20240506',
    '2024-5-6',
    '2024-02-30',
    '2024-05-06Z',
    '2024-05-06T07:08:09.1234567',
    '05/06/2024',
  ])('are no dates where Python has none: %s', (d) => {
    expect(refusal(() => parameters({ d })).message).toContain('to `DataType.datetime`')
  })

  it.each([
    [{ t: 'x' }, "Can not safely convert `<class 'str'>` to `DataType.float` for value `x`"],
    [{ t: true }, "Can not safely convert `<class 'bool'>` to `DataType.float` for value `True`"],
    [{ t: [0.5] }, 'Value must be a scalar for type `DataType.float`, got `[0.5]`'],
    [{ n: 2.5 }, "Can not safely convert `<class 'float'>` to `DataType.integer` for value `2.5`"],
    [{ n: '2' }, "Can not safely convert `<class 'str'>`"],
    [{ s: 1 }, "Can not safely convert `<class 'int'>` to `DataType.string` for value `1`"],
    [
      { l: 3 },
      "Value must be a 1D array with shape (-1,) for param 'l': long (default: [1, 2]) (shape: (-1,))",
    ],
    [{ l: [1.5] }, "Can not safely convert `<class 'float'>` to `DataType.long` for value `1.5`"],
    [{ d: 1 }, 'to `DataType.datetime`'],
    [[], "Parameters must be a dictionary. Got type 'list'."],
    ['x', "Parameters must be a dictionary. Got type 'str'."],
  ])('are refused otherwise: %j', (params, message) => {
    const error = refusal(() => parameters(params))
    expect(error).toMatchObject({ code: 'INVALID_PARAMETER_VALUE', errorClass: 'INVALID_PARAMETER_VALUE' })
    expect(error.message).toContain(message)
  })

  it.each([null, [1], 'x', { a: 1 }])('are ignored by a model without: %j', (params) => {
    const plain = codecFor({ schema: columns, inputs })
    expect(decodeJson(plain, withParams(params)).request.parameters.size).toBe(0)
  })
})

describe('a unified LLM request', () => {
  const llm = codecFor({
    schema: [column('prompt', 'string')],
    inputs: [input('prompt', 'BYTES', [-1, 1])],
    outputs: [{ name: 'u', datatype: 'BYTES', shape: [-1, 1] }],
    params: [{ name: 'temperature', type: 'double', default: 1, shape: null }],
  })

  it('takes the keys that are parameters for parameters and the others for data', () => {
    const { request } = decodeJson(llm, { prompt: 'hello', temperature: 0.1 })
    expect(request.inputs.get('prompt')).toEqual({ datatype: 'BYTES', shape: [1, 1], data: ['hello'] })
    expect(request.parameters.get('temperature')).toBe(0.1)
  })

  it('is answered without the wrapping', () => {
    const { form } = decodeJson(llm, { prompt: 'hello' })
    const outputs = new Map([['u', { datatype: 'BYTES' as const, shape: [1, 1], data: ['hé'] }]])
    expect(llm.encode(outputs, form)).toBe('[{"u": "h\\u00e9"}]')
  })
})

function refusal(run: () => unknown): ServingError {
  try {
    run()
  } catch (error) {
    if (error instanceof ServingError) return error
  }
  throw new Error('The parameters were not refused.')
}
