import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { logUpperBeta } from '../../../src/core/incomplete-beta.ts'
import { logGamma } from '../../../src/core/log-gamma.ts'
import { GuardTest } from '../../../src/rollout/statistics/guard-test.ts'

/** Made by special-functions.py with scipy and mpmath. */
interface Table {
  readonly log_gamma: [x: number, value: number][]
  readonly log_upper_beta: [x: number, a: number, b: number, value: number][]
  readonly log_e_value: [allowedRate: number, bad: number, events: number, value: number][]
}

const TABLE: Table = JSON.parse(readFileSync(new URL('special-functions.json', import.meta.url), 'utf8'))

test.each(TABLE.log_gamma)('the logarithm of gamma of %d is %d', (x, value) => {
  expectClose(logGamma(x), value, 1e-13)
})

test.each(TABLE.log_upper_beta)(
  'of what is above %d of Beta(%d, %d) the logarithm is %d',
  (x, a, b, value) => {
    expectClose(logUpperBeta(x, a, b), value, 1e-10)
  },
)

test.each(TABLE.log_e_value)(
  'against a rate of %d the evidence of %d of %d is e to the %d',
  (allowedRate, bad, events, value) => {
    const guard = new GuardTest(allowedRate)
    for (let event = 0; event < events; event += 1) guard.add(event < bad)
    expectClose(Math.log(guard.eValue), value, 1e-9)
  },
)

function expectClose(found: number, expected: number, tolerance: number): void {
  expect(Math.abs(found - expected)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(expected)))
}
