import { describe, expect, test } from 'vitest'
import { type Reply, wrongAnswer } from '../../../benchmarks/workloads/answer.ts'
import type { Dialect } from '../../../benchmarks/workloads/workload.ts'
import { workloadOf } from './workloads-by-hand.ts'

const EXPECTED = [0.25, 0.5, -3, 0]
const WORKLOAD = workloadOf({ shape: [2, 2], data: [1, 2, 3, 4], expected: EXPECTED })

function json(value: unknown, status = 200): Reply {
  return { status, headers: new Headers(), body: Buffer.from(JSON.stringify(value)) }
}

function octets(values: readonly number[], datatype: string): Buffer {
  const data = datatype === 'FP32' ? Float32Array.from(values) : Float64Array.from(values)
  return Buffer.from(data.buffer)
}

function binary(values: readonly number[], datatype = 'FP32', size?: number): Reply {
  const data = octets(values, datatype)
  const parameters = { binary_data_size: size ?? data.length }
  const head = JSON.stringify({ outputs: [{ name: 'scores', datatype, shape: [2, 2], parameters }] })
  const headers = new Headers({ 'Inference-Header-Content-Length': String(head.length) })
  return { status: 200, headers, body: Buffer.concat([Buffer.from(head), data]) }
}

function raw(values: readonly number[]): Reply {
  return { status: 200, headers: new Headers(), body: octets(values, 'FP32') }
}

function inRows([a, b, ...rest]: readonly number[]): unknown[] {
  return [[a, b], rest]
}

/** What a server answers with so many numbers, in each form that is right. */
const FORMS: readonly (readonly [string, Dialect, (values: readonly number[]) => Reply])[] = [
  ['a map of tensors', 'mlflow', (values) => json({ predictions: { scores: inRows(values) } })],
  ['rows', 'mlflow', (values) => json({ predictions: inRows(values) })],
  ['records', 'csv', (values) => json({ predictions: values.map((scores) => ({ scores })) })],
  ['flat data', 'v2', (values) => json({ outputs: [{ name: 'scores', data: values }] })],
  ['data in rows', 'v2', (values) => json({ outputs: [{ name: 'scores', data: inRows(values) }] })],
  ['a binary tensor', 'v2-binary', binary],
  ['a binary tensor of doubles', 'v2-binary', (values) => binary(values, 'FP64')],
  ['a bare list', 'plain', (values) => json(inRows(values))],
  ['an object', 'plain', (values) => json({ y: inRows(values) })],
  ['bytes', 'raw', raw],
]

describe.each(FORMS)('An answer as %s (%s)', (_, dialect, reply) => {
  test('is right with the numbers of the model, or such as are close', () => {
    expect(wrongAnswer(WORKLOAD, dialect, reply(EXPECTED))).toBeUndefined()
    expect(wrongAnswer(WORKLOAD, dialect, reply([0.2509, 0.499, -3.01, 4e-6]))).toBeUndefined()
  })

  test.each([0, 1, 2, 3])('is wrong with another number %i', (index) => {
    const changed = EXPECTED.with(index, (EXPECTED[index] ?? 0) * 1.006 + 1e-5)
    expect(wrongAnswer(WORKLOAD, dialect, reply(changed))).toContain(`number ${index} is `)
  })

  test('is wrong with too few or too many', () => {
    expect(wrongAnswer(WORKLOAD, dialect, reply(EXPECTED.slice(1)))).toContain('3 numbers instead of 4')
    expect(wrongAnswer(WORKLOAD, dialect, reply([...EXPECTED, 1]))).toContain('5 numbers instead of 4')
  })

  test('is wrong with another status', () => {
    expect(wrongAnswer(WORKLOAD, dialect, { ...reply(EXPECTED), status: 503 })).toContain('HTTP 503: ')
  })

  test('is wrong where it is empty', () => {
    const empty = { ...reply(EXPECTED), body: Buffer.alloc(0) }
    expect(wrongAnswer(WORKLOAD, dialect, empty)).toEqual(expect.any(String))
  })
})

test.each<readonly [string, Dialect, Reply]>([
  ["no 'predictions'", 'mlflow', json({ scores: [EXPECTED] })],
  ['no number: null', 'mlflow', json({ predictions: [0.25, null, -3, 0] })],
  ['no number: "NaN"', 'plain', json([0.25, 'NaN', -3, 0])],
  ['no JSON: <html>', 'mlflow', { ...json({}), body: Buffer.from('<html>') }],
  ['not one output: []', 'v2', json({ outputs: [] })],
  ['not binary: {', 'v2-binary', json({ outputs: [{ data: EXPECTED }] })],
  ['16 bytes of tensors, announced as 12', 'v2-binary', binary(EXPECTED, 'FP32', 12)],
  ['datatype "INT64"', 'v2-binary', binary(EXPECTED, 'INT64')],
  ['15 bytes are no FP32', 'raw', { ...raw(EXPECTED), body: raw(EXPECTED).body.subarray(1) }],
  ['number 1 is NaN', 'raw', raw([0.25, Number.NaN, -3, 0])],
])('What is wrong with an answer is told: %s', (reason, dialect, reply) => {
  expect(wrongAnswer(WORKLOAD, dialect, reply)).toContain(reason)
})

test('A head that is longer than the reply is told', () => {
  const reply = { ...binary(EXPECTED), headers: new Headers({ 'inference-header-content-length': '9999' }) }
  expect(wrongAnswer(WORKLOAD, 'v2-binary', reply)).toContain('a head of 9999 of ')
})
