import type { RolloutPlan } from '../../../../../../src/rollout/rollout-plan.ts'

export const IRIS_PLAN: RolloutPlan = {
  name: 'iris',
  variants: [
    { name: 'champion', permille: 900 },
    { name: 'challenger', permille: 100 },
  ],
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
  guards: {
    alpha: 0.01,
    errors: { floor: 0.02 },
    slow: undefined,
    faults: { floor: 0 },
    disagreement: undefined,
    outcomeLoss: undefined,
  },
  mirror: {
    sample: 1,
    maxConcurrent: 8,
    relativeTolerance: 1e-3,
    absoluteTolerance: 1e-6,
    keptExamples: 0,
    keepsInputs: false,
  },
  canForce: false,
}
