import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { requestOf } from '../../../benchmarks/workloads/request.ts'
import type { Dialect, Workload } from '../../../benchmarks/workloads/workload.ts'
import { workloadOf } from './workloads-by-hand.ts'

const TENSOR = workloadOf({ shape: [2, 1, 2], data: [0.1, -2.5, 3, 1e-7] })
const COLUMNS = workloadOf({ shape: [2, 2], data: [0.1, 2, 3, 4], columns: ['a', 'b "c", d'] })

function textOf(workload: Workload, dialect: Dialect): string {
  return requestOf(workload, dialect).body.toString('utf8')
}

describe('A request', () => {
  test("in MLflow's protocol has inputs for a tensor", () => {
    expect(textOf(TENSOR, 'mlflow')).toBe('{"inputs":[[[0.1,-2.5]],[[3,1e-7]]]}')
  })

  test("in MLflow's protocol has a frame for columns, with all digits of a double", () => {
    const data = [
      [0.10000000149011612, 2],
      [3, 4],
    ]
    expect(JSON.parse(textOf(COLUMNS, 'mlflow'))).toEqual({
      dataframe_split: { columns: COLUMNS.input.columns, data },
    })
  })

  test('in CSV has a header line', () => {
    expect(textOf(COLUMNS, 'csv')).toBe('a,"b ""c"", d"\n0.10000000149011612,2\n3,4\n')
    expect(requestOf(COLUMNS, 'csv').headers).toEqual({ 'content-type': 'text/csv' })
    expect(() => requestOf(TENSOR, 'csv')).toThrow('by-hand has no columns')
  })

  test('in the Open Inference Protocol has flat data, and the name that the server knows', () => {
    const { shape } = TENSOR.input
    const input = { name: 'other', shape, datatype: 'FP32', data: [0.1, -2.5, 3, 1e-7] }
    expect(JSON.parse(requestOf(TENSOR, 'v2', 'other').body.toString())).toEqual({ inputs: [input] })
  })

  test('with a binary tensor announces its head, and asks for a binary answer', () => {
    const { body, headers } = requestOf(TENSOR, 'v2-binary')
    const headBytes = Number(headers['inference-header-content-length'])
    const { shape } = TENSOR.input
    const input = { name: 'x', shape, datatype: 'FP32', parameters: { binary_data_size: 16 } }
    expect(JSON.parse(body.toString('utf8', 0, headBytes))).toEqual({
      inputs: [input],
      parameters: { binary_data_output: true },
    })
    expect(body.subarray(headBytes)).toEqual(requestOf(TENSOR, 'raw').body)
  })

  test('of bare bytes has the elements in little-endian order', () => {
    expect(requestOf(TENSOR, 'raw').body.readFloatLE(4)).toBe(-2.5)
    const doubles = workloadOf({ datatype: 'FP64', shape: [1, 1], data: [0.1] })
    expect(requestOf(doubles, 'raw').body.readDoubleLE()).toBe(0.1)
  })

  test('for a small handler names the rows x', () => {
    expect(textOf(TENSOR, 'plain')).toBe('{"x":[[[0.1,-2.5]],[[3,1e-7]]]}')
  })
})

const float32 = fc.float({ noNaN: true, noDefaultInfinity: true })
/** Which no text has. */
const withoutSignOfZero = (value: number) => value + 0
const digitsOf = (text: string) =>
  Number(text)
    .toExponential()
    .replace(/e.*|\D/g, '').length
const textDialects = ['mlflow', 'v2', 'plain'] as const

test.each(textDialects)('Every float32 is itself when it is read again: %s', (dialect) => {
  const property = fc.property(fc.array(float32, { minLength: 1 }), (data) => {
    const text = textOf(workloadOf({ shape: [1, data.length], data }), dialect)
    const written = /\[([^[\]]*)\](?!.*\[)/.exec(text)?.[1]?.split(',') ?? []
    const read = Float32Array.from(written, Number)
    expect(read).toEqual(Float32Array.from(data, withoutSignOfZero))
    for (const number of written) expect(digitsOf(number)).toBeLessThanOrEqual(9)
  })
  fc.assert(property)
})

test('Every double is itself when it is read again', () => {
  const doubles = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1 })
  const property = fc.property(doubles, (data) => {
    const columns = data.map((_, index) => `c${index}`)
    const workload = workloadOf({ datatype: 'FP64', shape: [1, data.length], data, columns })
    const split = JSON.parse(textOf(workload, 'mlflow')) as { dataframe_split: { data: number[][] } }
    expect(split.dataframe_split.data).toEqual([data.map(withoutSignOfZero)])
    const [, line = ''] = textOf(workload, 'csv').split('\n')
    expect(line.split(',').map(Number)).toEqual(data.map(withoutSignOfZero))
  })
  fc.assert(property)
})
