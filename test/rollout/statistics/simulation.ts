import { seededRandom } from '../../../src/core/seeded-random.ts'
import { type Scenario, simulatedTest } from './simulated-test.ts'

export interface Simulation {
  readonly tests: number
  /** That found a difference, in either direction. */
  readonly found: number
  readonly foundVariantBetter: number
  /** Outcomes looked at until the verdict, or to the end where there was none: the median. */
  readonly medianOutcomes: number
}

/** Many tests of one scenario, with a seed of its own that stays the same. */
export function simulate(scenario: Scenario, tests: number): Simulation {
  const random = seededRandom(seedOf(scenario.name))
  const results = Array.from({ length: tests }, () => simulatedTest(scenario, random))
  const found = results.filter(({ verdict }) => verdict !== 'keep-looking')
  const outcomes = results.map((result) => result.outcomes).sort((a, b) => a - b)
  return {
    tests,
    found: found.length,
    foundVariantBetter: found.filter(({ verdict }) => verdict === 'variant-better').length,
    medianOutcomes: outcomes[Math.floor(tests / 2)]!,
  }
}

/** The part of `tests` that may find something by chance where each does so with the probability `alpha`: 3 standard errors more. */
export function mostByChance(alpha: number, tests: number): number {
  return alpha + 3 * Math.sqrt((alpha * (1 - alpha)) / tests)
}

function seedOf(name: string): number {
  let seed = 1
  for (let place = 0; place < name.length; place += 1)
    seed = (Math.imul(seed, 31) + name.charCodeAt(place)) | 0
  return seed
}
