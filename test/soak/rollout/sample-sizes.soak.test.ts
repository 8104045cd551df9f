/**
 * The price of looking all the time: under a real difference the median test has its verdict, and the right one, within 1.5
 * times the outcomes that a test needs which looks once, at a size fixed before (power 80 %).
 *
 *     npm run test:soak -- rollout/sample-sizes
 */
import { afterAll, expect, test } from 'vitest'
import { WITH_DIFFERENCE } from '../../rollout/statistics/scenarios.ts'
import { simulate } from '../../rollout/statistics/simulation.ts'

const TESTS = Number(process.env['HEADRACE_SOAK_TESTS'] ?? 500)

const rows: string[] = [
  '| scenario | median outcomes until the verdict | test of a fixed size | ratio | wrong direction |',
  '|---|---|---|---|---|',
]

afterAll(() => console.log(rows.join('\n')))

test.each(WITH_DIFFERENCE)('$name', (scenario) => {
  const { found, foundVariantBetter, medianOutcomes } = simulate(scenario, TESTS)
  const [control, variant] = scenario.steps[0]!.means
  const wrong = variant > control ? found - foundVariantBetter : foundVariantBetter
  const ratio = medianOutcomes / scenario.fixed
  rows.push(
    `| ${scenario.name} | ${medianOutcomes} | ${Math.round(scenario.fixed)} | ${ratio.toFixed(2)} | ${wrong} of ${TESTS} |`,
  )
  expect(found).toBe(TESTS)
  expect(ratio).toBeLessThanOrEqual(1.5)
  expect(wrong / TESTS).toBeLessThanOrEqual(0.01)
})
