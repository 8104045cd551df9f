import type { RolloutModel } from '../../../src/rollout/rollout-messages.ts'
import type { CanaryPlan, GuardsPlan, RolloutPlan } from '../../../src/rollout/rollout-plan.ts'

const FLOOR = { floor: 0.02 } as const

/** What `headrace serve --split` has unless told otherwise. */
export const GUARDS: GuardsPlan = {
  alpha: 0.01,
  errors: FLOOR,
  slow: { ...FLOOR, ratio: 1.5 },
  faults: FLOOR,
  disagreement: undefined,
  outcomeLoss: undefined,
}

/** A rollout of `a` (the control) and others. */
export function rolloutPlan(
  permille: Readonly<Record<string, number>> = { a: 900, b: 100 },
  more: Partial<RolloutPlan> = {},
): RolloutPlan {
  return {
    name: 'iris',
    variants: Object.entries(permille).map(([name, part]) => ({ name, permille: part })),
    shadows: [],
    stickyKey: { header: 'x-headrace-key', column: undefined },
    canary: undefined,
    outcome: {
      kind: 'binary',
      better: 'higher',
      alpha: 0.05,
      plannedKeys: 5000,
      smallestDifference: undefined,
      windowSeconds: 604_800,
    },
    guards: GUARDS,
    mirror: {
      sample: 1,
      maxConcurrent: 8,
      relativeTolerance: 1e-3,
      absoluteTolerance: 1e-5,
      keptExamples: 2,
      keepsInputs: false,
    },
    canForce: true,
    ...more,
  }
}

/** 1, 10, 50 and 100 %, each with 20 keys and a minute. */
export function canaryPlan(atEnd: CanaryPlan['atEnd'] = 'promote'): RolloutPlan {
  const steps = [10, 100, 500, 1000].map((permille) => ({ permille, minKeys: 20, minSeconds: 60 }))
  return rolloutPlan({ a: 990, b: 10 }, { canary: { variant: 'b', steps, atEnd } })
}

export function modelsOf(plan: RolloutPlan): readonly RolloutModel[] {
  const names = [...plan.variants.map(({ name }) => name), ...plan.shadows]
  return names.map((name, i) => ({ name, uri: `models:/${name}@champion`, version: String(i + 1) }))
}
