import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { quantileBetween } from '../../../../src/cli/commands/serve/track/quantile.ts'
import { readTraffic } from '../../../../src/cli/commands/serve/track/traffic.ts'
import { trafficMetrics } from '../../../../src/cli/commands/serve/track/traffic-metrics.ts'
import { FiguresOfRequests } from './support/figures-of-requests.ts'

describe('a quantile between two looks at a histogram', () => {
  test('is within the bucket that holds it', () => {
    const bounds = [0.001, 0.01, 0.1, 1, Number.POSITIVE_INFINITY]
    const cumulated = (counts: readonly number[]) =>
      new Map(
        bounds.map((bound, at) => [bound, counts.slice(0, at + 1).reduce((sum, count) => sum + count, 0)]),
      )
    const counts = fc.array(fc.nat(1000), { minLength: 5, maxLength: 5 })
    fc.assert(
      fc.property(counts, counts, fc.double({ min: 0.01, max: 1, noNaN: true }), (before, more, part) => {
        const after = before.map((count, at) => count + (more[at] ?? 0))
        const value = quantileBetween(cumulated(before), cumulated(after), part)
        const total = more.reduce((sum, count) => sum + count, 0)
        if (total === 0) return void expect(value).toBeUndefined()
        let seen = 0
        const at = more.findIndex((count) => {
          seen += count
          return seen >= total * part - 1e-9
        })
        expect(value).toBeGreaterThanOrEqual((bounds[at - 1] ?? 0) - 1e-12)
        expect(value).toBeLessThanOrEqual(Math.min(bounds[at] ?? 1, 1) + 1e-12)
      }),
    )
  })
})

describe('the metrics of a server', () => {
  test('are what its figures say happened in between', async () => {
    const figures = new FiguresOfRequests()
    const look = async () => readTraffic(await figures.gather())
    const answer = (status: number, ms: number) => figures.answer(status, ms)
    answer(200, 5)
    const before = await look()
    for (let count = 0; count < 8; count++) answer(200, 5)
    answer(400, 5)
    answer(503, 900)
    const values = trafficMetrics(before, await look(), 5)
    expect(Object.fromEntries(values)).toMatchObject({
      'iris/requests': 10,
      'iris/requests_per_second': 2,
      'iris/errors': 2,
      'iris/server_errors': 1,
      'iris/error_rate': 0.2,
      'iris/requests_total': 11,
      memory_mb: expect.any(Number),
    })
    expect(values.get('iris/latency_p50_ms')).toBeLessThan(10)
    expect(values.get('iris/latency_p99_ms')).toBeGreaterThan(500)
  })
})
