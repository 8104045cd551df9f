/**
 * A rollout as its operator wants it: plain data, from flags or the YAML file, the same on every replica. What changes while
 * it runs (step, split, whether it was rolled back) is its state.
 */
export interface RolloutPlan {
  /** As requests address it. No served model has this name. */
  readonly name: string
  /** The first is the control: what is there today. All have equal signatures. */
  readonly variants: readonly VariantPlan[]
  /** Served names of models that get copies of requests and answer nobody. */
  readonly shadows: readonly string[]
  readonly stickyKey: StickyKeyPlan
  /** Undefined where the split stays until somebody changes it. */
  readonly canary: CanaryPlan | undefined
  readonly outcome: OutcomePlan
  readonly guards: GuardsPlan
  readonly mirror: MirrorPlan
  /** Whether `X-Headrace-Variant` of a request chooses its variant, for testers; `local`: of one that no proxy has passed on. */
  readonly canForce: boolean | 'local'
}

export interface VariantPlan {
  /** Served name of its model. */
  readonly name: string
  /** Of all keys, in tenths of a percent; those of all variants add up to 1000. */
  readonly permille: number
}

/** By what requests are told apart: the header where it is there, else the column where there is one, else the request's id. */
export interface StickyKeyPlan {
  /** In lower case; `x-headrace-key` unless another is named. */
  readonly header: string
  /** Name of an input column (of a tensor, in the Open Inference Protocol) whose first row is the key. */
  readonly column: string | undefined
}

/** One variant gets more and more keys at the cost of the control, as long as nothing speaks against it. */
export interface CanaryPlan {
  readonly variant: string
  readonly steps: readonly CanaryStep[]
  /** After the last step's conditions are met: `promote` makes it final, `hold` waits for an operator. */
  readonly atEnd: 'promote' | 'hold'
}

export interface CanaryStep {
  readonly permille: number
  /** Different sticky keys that the variant has to have answered in this step before the next. */
  readonly minKeys: number
  readonly minSeconds: number
}

/** What a good outcome is, and what the comparison is to find out. */
export interface OutcomePlan {
  readonly kind: 'binary' | 'numeric'
  readonly better: 'higher' | 'lower'
  /** Part of all comparisons without a difference that may find one: 0.05 for intervals of 95 %. */
  readonly alpha: number
  /** Keys at which the interval is to be tightest. */
  readonly plannedKeys: number
  /** Differences below it are not worth having; in the outcome's own unit, 0.01 is a point of a rate. */
  readonly smallestDifference: number | undefined
  /** Seconds in which an outcome is counted, and its id is known as a duplicate; 7 days unless set. */
  readonly windowSeconds: number
}

/** A bad event counts at most three times a key and step. `floor`: the rate that is taken for harmless. */
export interface GuardsPlan {
  /** A guard may stop a variant without fault in this part of the rollouts: 0.01. */
  readonly alpha: number
  readonly errors: RateGuard | undefined
  /** Slower than `ratio` times the control's p99. */
  readonly slow: (RateGuard & { readonly ratio: number }) | undefined
  /** NaN, infinities, or another shape than the control's outputs have. */
  readonly faults: RateGuard | undefined
  /** Of shadows and mirrored requests: outputs that differ from the control's beyond the tolerance. */
  readonly disagreement: RateGuard | undefined
  /** Keys that were answered and never had an outcome, against the control's part of them. */
  readonly outcomeLoss: (RateGuard & { readonly afterSeconds: number }) | undefined
}

export interface RateGuard {
  /** From 0 to 1. The control's own rate of before counts instead where that is higher. */
  readonly floor: number
}

/** Requests to shadows. */
export interface MirrorPlan {
  /** Part of the requests that is copied, from 0 to 1. */
  readonly sample: number
  /** Copies under way at once; more are not made. */
  readonly maxConcurrent: number
  /** Numbers a and b (a the control's) are equal where |a - b| <= absolute + relative * |a|. */
  readonly relativeTolerance: number
  readonly absoluteTolerance: number
  /** Of the largest differences, how many are kept; 0 for none. */
  readonly keptExamples: number
  /** Kept examples show the inputs too, which may be personal data; only shapes and outputs unless set. */
  readonly keepsInputs: boolean
}
