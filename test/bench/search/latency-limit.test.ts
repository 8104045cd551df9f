import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { judgeLimit, type LatencyLimit } from '../../../src/bench/search/latency-limit.ts'

const P99: LatencyLimit = { percentile: 99, milliseconds: 20, confidence: 0.99 }

/** The smallest number of requests that is enough with so many over the limit. */
function leastRequests(over: number, limit: LatencyLimit): number {
  let requests = over + 1
  while (judgeLimit({ requests, over }, limit) !== 'within') requests += 1
  return requests
}

describe('the rule of early stopping', () => {
  test('asks for as many requests as MLPerf does', () => {
    // Table of the MLPerf Inference Rules and LoadGen: ln(0.01) / ln(p) where none is over.
    expect(leastRequests(0, P99)).toBe(459)
    expect(leastRequests(0, { ...P99, percentile: 90 })).toBe(44)
    // The binomial sums of one request over, term by term.
    const chance = (n: number) => 0.99 ** n + n * 0.01 * 0.99 ** (n - 1)
    const one = leastRequests(1, P99)
    expect(chance(one)).toBeLessThanOrEqual(0.01)
    expect(chance(one - 1)).toBeGreaterThan(0.01)
  })

  test('is undecided at the very limit', () => {
    expect(judgeLimit({ requests: 10_000, over: 100 }, P99)).toBe('undecided')
  })

  test('proves nothing without requests', () => {
    expect(judgeLimit({ requests: 0, over: 0 }, P99)).toBe('undecided')
  })

  test('is beyond the limit where all are over it', () => {
    expect(judgeLimit({ requests: 50, over: 50 }, P99)).toBe('beyond')
  })

  test('never turns to the better with more requests over the limit', () => {
    const order = { within: 0, undecided: 1, beyond: 2 } as const
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 0, max: 200 }), (requests, some) => {
        const over = Math.min(some, requests - 1)
        const [one, other] = [
          judgeLimit({ requests, over }, P99),
          judgeLimit({ requests, over: over + 1 }, P99),
        ]
        expect(order[other]).toBeGreaterThanOrEqual(order[one])
      }),
    )
  })
})
