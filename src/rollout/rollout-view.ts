import type { RolloutPhase } from './rollout-state.ts'

/** A rollout as `GET /rollouts/NAME` tells it: names in the JSON are these, in snake case. Absent: not known yet. */
export interface RolloutView {
  readonly name: string
  readonly id: string
  readonly phase: RolloutPhase
  readonly cause: string
  readonly epoch: number
  readonly step: number
  readonly startedAt: number
  readonly changedAt: number
  readonly variants: readonly VariantView[]
  readonly shadows: readonly ShadowView[]
  readonly canary: CanaryView | undefined
  readonly guards: readonly GuardView[]
  /** Each variant against the control, which is not among them. */
  readonly comparisons: readonly ComparisonView[]
  /** Whether the shares of the keys are what they should be. */
  readonly sampleRatio: { readonly alarm: boolean; readonly eValue: number }
  /** By which anyone recomputes the assignment: docs/rollouts.md. */
  readonly assignment: { readonly seed: string; readonly slots: readonly { end: number; variant: string }[] }
  readonly outcomeKind: 'binary' | 'numeric'
  readonly runId: string | undefined
  readonly history: readonly HistoryPoint[]
  /** One sentence for people. */
  readonly decision: string
}

export interface VariantView {
  readonly name: string
  readonly modelUri: string
  readonly modelVersion: string
  readonly isControl: boolean
  readonly permille: number
  readonly requests: number
  /** Different sticky keys, about. */
  readonly keys: number
  readonly errors: number
  readonly faults: number
  readonly latencyMs: { readonly p50: number; readonly p99: number } | undefined
  readonly outcomes: number
  readonly outcomeMean: number | undefined
}

export interface ShadowView {
  readonly name: string
  readonly compared: number
  readonly differing: number
  readonly failed: number
  /** Copies that were not made, to keep the server fast. */
  readonly dropped: number
  /** Copies that were not made since the request or its answer is larger than is ever compared. */
  readonly tooLarge: number
  readonly latencyMs: { readonly p50: number; readonly p99: number } | undefined
  readonly outputs: readonly {
    readonly output: string
    readonly largestExcess: number | undefined
    readonly differentElements: number
    readonly elements: number
    readonly differentLabels: number | undefined
    readonly labelRows: number | undefined
  }[]
  /** Of the largest differences. */
  readonly examples: readonly string[]
}

export interface CanaryView {
  readonly variant: string
  readonly step: number
  readonly steps: readonly {
    readonly permille: number
    readonly minKeys: number
    readonly minSeconds: number
  }[]
  readonly keysInStep: number
  readonly secondsInStep: number
  /** What the next step, or at the last one the promotion, waits for; empty where it is about to come. */
  readonly waitsFor: string
}

export interface GuardView {
  readonly variant: string
  readonly guard: 'errors' | 'slow' | 'faults' | 'disagreement' | 'outcome-loss'
  readonly events: number
  readonly requests: number
  /** The rate that is taken for harmless. */
  readonly allowedRate: number
  readonly eValue: number
  /** The e-value at which it stops the variant. */
  readonly stopsAt?: number
  /** It has stopped the variant; a shadow, which nothing stops, differs too often. */
  readonly tripped: boolean
}

export interface ComparisonView {
  readonly variant: string
  readonly controlMean: number | undefined
  readonly variantMean: number | undefined
  readonly difference: number | undefined
  /** Holds at all times at once, with the probability `confidence`. */
  readonly interval: { readonly low: number; readonly high: number } | undefined
  readonly confidence: number
  readonly verdict: ComparisonVerdict
  readonly controlKeys: number
  readonly variantKeys: number
  /** Of small samples of proportions: 1 / alpha and more speaks against equal rates. */
  readonly eValue: number | undefined
  /** Outcomes until there is likely to be a verdict, at this rate. */
  readonly outcomesToGo: number | undefined
  readonly sentence: string
}

export type ComparisonVerdict =
  | 'keep-looking'
  | 'control-better'
  | 'variant-better'
  | 'no-difference-worth-having'

/** For the pictures over time, the oldest first. */
export interface HistoryPoint {
  readonly at: number
  readonly step: number
  /** In the order of the view's `variants`. Counts are since the start of the rollout; `p99Ms` is of what came since the point before. */
  readonly variants: readonly {
    readonly permille: number
    readonly requests: number
    readonly errors: number
    readonly p99Ms: number | undefined
    readonly outcomes: number
    readonly mean: number | undefined
  }[]
  /** In the order of the view's `comparisons`. */
  readonly intervals: readonly ({ readonly low: number; readonly high: number } | undefined)[]
}
