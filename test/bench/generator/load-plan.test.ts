import { describe, expect, test } from 'vitest'
import { type LoadPlan, settlePlan } from '../../../src/bench/generator/load-plan.ts'
import { httpRequest } from '../../../src/bench/generator/prepared-request.ts'

const PLAN: LoadPlan = {
  origin: 'http://127.0.0.1:5000',
  requests: [{ name: 'ping', path: '/ping' }],
  ratePerSecond: 10,
  durationMs: 100,
}

describe('a plan', () => {
  test('has defaults for what it leaves open', () => {
    expect(settlePlan({ ...PLAN, timeoutMs: 700 })).toMatchObject({
      arrivals: { kind: 'poisson' },
      deadlineMs: 700,
      threads: 1,
    })
  })

  test.each<Partial<LoadPlan>>([
    { origin: 'ftp://127.0.0.1' },
    { origin: 'nowhere' },
    { ratePerSecond: 0 },
    { ratePerSecond: Number.POSITIVE_INFINITY },
    { durationMs: Number.NaN },
    { warmUpMs: -1 },
    { threads: 1.5 },
    { threads: 4, maxConnections: 3 },
    { requests: [] },
    { requests: [{ name: 'a', path: '/', weight: 0 }] },
    { requests: [{ name: 'a', path: '/', weight: -1 }] },
    { arrivals: { kind: 'bursts', size: 0.5 } },
    { arrivals: { kind: 'trace', timesMs: [] } },
    { arrivals: { kind: 'trace', timesMs: [0, 3, 2] } },
  ])('that makes no sense is refused: %j', (wrong) => {
    expect(() => settlePlan({ ...PLAN, ...wrong })).toThrow(
      expect.objectContaining({ code: 'INVALID_PARAMETER_VALUE' }) as Error,
    )
  })
})

test('a request is what HTTP wants of it', () => {
  const { bytes, headOnly } = httpRequest(
    {
      name: 'score',
      path: '/invocations?a=1',
      headers: { 'Content-Type': 'application/json' },
      body: '{"ä":1}',
    },
    'localhost:5000',
  )
  expect(headOnly).toBe(false)
  expect(bytes.toString()).toBe(
    'POST /invocations?a=1 HTTP/1.1\r\nhost: localhost:5000\r\ncontent-length: 8\r\ncontent-type: application/json\r\n\r\n{"ä":1}',
  )
  expect(httpRequest({ name: 'head', method: 'HEAD', path: '/' }, 'h').headOnly).toBe(true)
})
