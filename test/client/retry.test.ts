import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readRetryAfter, retryRules, waitBefore, withRetries } from '../../src/client/retry.ts'
import { notFound, unreachable } from '../../src/core/errors.ts'
import { caught } from './support/caught.ts'

const url = 'http://server'

describe('the wait before a retry', () => {
  test("is MLflow's: none, then 2 * 2^(n - 1) seconds and up to one more, at most 120", () => {
    const rules = { ...retryRules({ url }), backoffJitter: 0 }
    const waits = [1, 2, 3, 4, 5, 6, 7].map((retry) => waitBefore(retry, undefined, rules))
    expect(waits).toEqual([0, 4, 8, 16, 32, 64, 120])
  })

  test('is between its bounds for all settings', () => {
    const rule = fc.record({
      backoffFactor: fc.double({ min: 0, max: 120, noNaN: true }),
      backoffJitter: fc.double({ min: 0, max: 5, noNaN: true }),
      respectRetryAfter: fc.boolean(),
    })
    const asked = fc.option(fc.nat(1e6), { nil: undefined })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), asked, rule, (retry, retryAfter, rules) => {
        const wait = waitBefore(retry, retryAfter, rules)
        const base = retry === 1 ? 0 : rules.backoffFactor * 2 ** (retry - 1)
        const own = rules.respectRetryAfter && retryAfter ? retryAfter : base
        expect(wait).toBeGreaterThanOrEqual(Math.min(own, 120))
        expect(wait).toBeLessThanOrEqual(Math.min(own + rules.backoffJitter, 120))
      }),
    )
  })

  test('is not that of the server where it is not to be heeded', () => {
    expect(waitBefore(1, 30, { ...retryRules({ url }), respectRetryAfter: false })).toBe(0)
  })
})

test.for([
  ['5', 5],
  [' 5 ', 5],
  ['0', 0],
  ['', undefined],
  ['soon', undefined],
  [undefined, undefined],
  ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
] as const)('Retry-After %j is %j seconds', ([header, seconds]) => {
  expect(readRetryAfter(header)).toBe(seconds)
})

test('a Retry-After date is the time until then', () => {
  const date = new Date(Date.now() + 60_000).toUTCString()
  expect(readRetryAfter(date)).toBeGreaterThan(57)
  expect(readRetryAfter(date)).toBeLessThanOrEqual(60)
})

test('only what was out of reach is tried again', async () => {
  let attempts = 0
  const failing = async () => {
    attempts++
    throw attempts < 3 ? unreachable('gone') : notFound('not there')
  }
  const rules = { ...retryRules({ url, backoffFactor: 0, backoffJitter: 0 }), onRetry: () => {} }
  expect(await caught(withRetries(failing, rules))).toMatchObject({ code: 'RESOURCE_DOES_NOT_EXIST' })
  expect(attempts).toBe(3)
})
