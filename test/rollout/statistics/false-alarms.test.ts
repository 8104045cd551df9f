/** A small part of test/soak/rollout, which has all scenarios with 2,000 tests each. */
import { expect, test } from 'vitest'
import { seededRandom } from '../../../src/core/seeded-random.ts'
import { WITH_DIFFERENCE, WITHOUT_DIFFERENCE } from './scenarios.ts'
import { errors, eventsUntilTripped } from './simulated-guard.ts'
import type { Scenario } from './simulated-test.ts'
import type { SimulatedUsers } from './simulated-users.ts'
import { mostByChance, simulate } from './simulation.ts'

const TESTS = 60
const ALPHA = 0.05
const FEW = [
  'rate 5 %, share 10 %, 1 outcome a user',
  'rate 20 %, share 50 %, 20 outcomes a user (ICC 0.33)',
  'canary 1 % 10 % 50 %, rising rates 2 % 5 % 10 %, 5 outcomes a user (ICC 0.2)',
  'rate 5 %, share 50 %, one user with 60 % of all outcomes',
]

test.each(FEW)('%s: few false alarms, looked at after every outcome', (name) => {
  expect(simulate(shortened(scenarioOf(name)), TESTS).found / TESTS).toBeLessThanOrEqual(
    mostByChance(ALPHA, TESTS),
  )
})

test('outcomes that are taken for independent give false alarms: the simulation can tell', () => {
  const scenario = shortened(scenarioOf('rate 20 %, share 50 %, 20 outcomes a user (ICC 0.33)'))
  const careless = {
    ...scenario,
    users: (random: () => number) => withoutKeys(scenario.users(random), random),
  }
  expect(simulate(careless, TESTS).found / TESTS).toBeGreaterThan(mostByChance(ALPHA, TESTS))
})

test('a difference is found in about the outcomes of a test that looks once', () => {
  const scenario = WITH_DIFFERENCE.find(({ name }) => name.startsWith('20 % against 25 %'))!
  const { found, foundVariantBetter, medianOutcomes } = simulate(scenario, TESTS)
  expect(found).toBe(TESTS)
  expect(foundVariantBetter).toBe(TESTS)
  expect(medianOutcomes / scenario.fixed).toBeLessThanOrEqual(1.5)
})

test('a guard stops 20 % errors within 60 requests in 95 % of the runs, and rarely a healthy variant', () => {
  const random = seededRandom(11)
  const runs = 500
  const within = (rate: number, last: number): number =>
    Array.from({ length: runs }, () =>
      eventsUntilTripped(errors(random, rate), { allowedRate: 0.02, alpha: 0.01, last }),
    ).filter((count) => count !== undefined).length / runs
  expect(within(0.2, 60)).toBeGreaterThanOrEqual(0.95)
  expect(within(0.02, 1_000)).toBeLessThanOrEqual(mostByChance(0.01, runs))
})

function scenarioOf(name: string): Scenario {
  const scenario = WITHOUT_DIFFERENCE.find((one) => one.name === name)
  if (scenario === undefined) throw new Error(`no scenario ${name}`)
  return scenario
}

/** A quarter as long. */
function shortened(scenario: Scenario): Scenario {
  const steps = scenario.steps.map((step) => ({ ...step, from: Math.ceil(step.from / 4) }))
  return { ...scenario, steps, outcomes: 5_000 }
}

/** The same outcomes, each of a key of its own. */
function withoutKeys(users: SimulatedUsers, random: () => number): SimulatedUsers {
  return {
    outcome: (share, means) => ({
      ...users.outcome(share, means),
      key: Math.floor(random() * 2 ** 32),
    }),
  }
}
