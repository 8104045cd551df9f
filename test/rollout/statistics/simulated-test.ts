import type { OutcomePlan } from '../../../src/rollout/rollout-plan.ts'
import type { ComparisonVerdict } from '../../../src/rollout/rollout-view.ts'
import { assess } from '../../../src/rollout/statistics/assessment.ts'
import { ClusteredMeans } from '../../../src/rollout/statistics/clustered-means.ts'
import { UniversalTest } from '../../../src/rollout/statistics/universal-test.ts'
import type { SimulatedUsers } from './simulated-users.ts'

/** A step of a simulated rollout: from this outcome on. */
export interface SimulatedStep {
  readonly from: number
  /** Of the variant's keys. */
  readonly share: number
  /** Mean of the control's outcomes, and of the variant's. */
  readonly means: readonly [number, number]
}

export interface Scenario {
  readonly name: string
  readonly steps: readonly SimulatedStep[]
  readonly users: (random: () => number) => SimulatedUsers
  readonly kind?: 'binary' | 'numeric'
  readonly outcomes?: number
}

export interface SimulatedResult {
  readonly verdict: ComparisonVerdict
  /** Outcomes that were looked at until the verdict, or all. */
  readonly outcomes: number
}

const PLAN = {
  better: 'higher',
  alpha: 0.05,
  plannedKeys: 5_000,
  smallestDifference: undefined,
  windowSeconds: 604_800,
} as const

/** One test that is looked at after every outcome, and stops the first time it may. */
export function simulatedTest(scenario: Scenario, random: () => number): SimulatedResult {
  const plan: OutcomePlan = { ...PLAN, kind: scenario.kind ?? 'binary' }
  const means = new ClusteredMeans(2)
  const equality = plan.kind === 'binary' ? new UniversalTest() : undefined
  const outcomes = { plan, means, equality, alpha: plan.alpha }
  const users = scenario.users(random)
  const last = scenario.outcomes ?? 20_000
  let step = 0
  for (let count = 1; count <= last; count += 1) {
    if (scenario.steps[step + 1]?.from === count) step += 1
    const { share, means: rates } = scenario.steps[step]!
    const { key, value, variant } = users.outcome(share, rates)
    means.add(step, variant, key, value)
    equality?.add(step, variant, key, value === 1)
    const { verdict } = assess(outcomes, 1)
    if (verdict !== 'keep-looking') return { verdict, outcomes: count }
  }
  return { verdict: 'keep-looking', outcomes: last }
}
