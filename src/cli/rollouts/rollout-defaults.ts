import type { GuardsPlan, MirrorPlan, OutcomePlan, StickyKeyPlan } from '../../rollout/rollout-plan.ts'

/** What holds of a rollout where nobody says otherwise. docs/rollouts.md says why. */

const ALLOWED = { floor: 0.02 } as const

export const DEFAULT_STICKY_KEY: StickyKeyPlan = { header: 'x-headrace-key', column: undefined }

export const DEFAULT_OUTCOME: OutcomePlan = {
  kind: 'binary',
  better: 'higher',
  alpha: 0.05,
  plannedKeys: 5000,
  smallestDifference: undefined,
  windowSeconds: 7 * 24 * 3600,
}

export const DEFAULT_SLOW = { ...ALLOWED, ratio: 1.5 } as const

export const DEFAULT_OUTCOME_LOSS = { ...ALLOWED, afterSeconds: 3600 } as const

export const DEFAULT_RATE_GUARD = ALLOWED

/** A challenger may well disagree, and an application need not report every outcome: those two are asked for. */
export const DEFAULT_GUARDS: GuardsPlan = {
  alpha: 0.01,
  errors: ALLOWED,
  slow: DEFAULT_SLOW,
  faults: ALLOWED,
  disagreement: undefined,
  outcomeLoss: undefined,
}

export const NO_GUARDS: GuardsPlan = {
  ...DEFAULT_GUARDS,
  errors: undefined,
  slow: undefined,
  faults: undefined,
}

export const DEFAULT_MIRROR: MirrorPlan = {
  sample: 1,
  maxConcurrent: 16,
  relativeTolerance: 1e-3,
  absoluteTolerance: 1e-5,
  keptExamples: 10,
  keepsInputs: false,
}

export const DEFAULT_CANARY = { minKeys: 100, minSeconds: 300, atEnd: 'promote' } as const
