/**
 * The promise of the intervals: without a difference, looked at after every outcome and stopped the first time they may, at
 * most a part alpha of the tests finds one. In each scenario 2,000 tests of 20,000 outcomes, with fixed seeds.
 *
 *     npm run test:soak -- rollout/false-alarms
 */
import { afterAll, expect, test } from 'vitest'
import { WITHOUT_DIFFERENCE } from '../../rollout/statistics/scenarios.ts'
import { mostByChance, simulate } from '../../rollout/statistics/simulation.ts'

const TESTS = Number(process.env['HEADRACE_SOAK_TESTS'] ?? 2_000)
const ALPHA = 0.05

const rows: string[] = ['| scenario | false alarms | of them for the variant |', '|---|---|---|']

afterAll(() => console.log(rows.join('\n')))

test.each(WITHOUT_DIFFERENCE)('$name', (scenario) => {
  const { found, foundVariantBetter } = simulate(scenario, TESTS)
  rows.push(
    `| ${scenario.name} | ${((100 * found) / TESTS).toFixed(2)} % | ${foundVariantBetter} of ${found} |`,
  )
  expect(found / TESTS).toBeLessThanOrEqual(mostByChance(ALPHA, TESTS))
})
