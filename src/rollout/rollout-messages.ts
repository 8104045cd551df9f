import type { SerializedError } from '../core/errors.ts'
import type { RolloutPlan } from './rollout-plan.ts'
import type { RolloutState } from './rollout-state.ts'
import type { RolloutView } from './rollout-view.ts'

/**
 * Between the members of a server (each listener or process that answers requests) and its one rollout thread, which knows all.
 * JSON: numbers are finite.
 */
export type MemberMessage =
  /** A member is there and wants the states. The first one to join tells what its variants and shadows are. */
  | { readonly kind: 'join'; readonly models: readonly RolloutModel[] }
  | { readonly kind: 'observed'; readonly rollout: string; readonly requests: readonly ObservedRequest[] }
  | { readonly kind: 'compared'; readonly rollout: string; readonly comparisons: readonly ComparedCopies[] }
  | { readonly kind: 'question'; readonly id: number; readonly question: RolloutQuestion }

/** A model that takes part in rollouts, as a member has loaded it. */
export interface RolloutModel {
  /** Served name. */
  readonly name: string
  /** In its canonical form: `models:/iris@champion`. */
  readonly uri: string
  readonly version: string
}

/** What a member learns. */
export type ThreadMessage =
  /** All rollouts of this server: at the start, and each again when it changes. */
  | {
      readonly kind: 'state'
      readonly rollout: string
      readonly state: RolloutState
      /** By which it began, shadows too; a member that joins later may have others loaded by now. */
      readonly models: readonly RolloutModel[]
    }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: RolloutAnswer }
  | { readonly kind: 'failure'; readonly id: number; readonly error: SerializedError }

/**
 * One answered request. A tuple, since there are many: index of the variant, step, `keyNumber` of the sticky key,
 * milliseconds to the answer, sum of `OBSERVED` flags.
 */
export type ObservedRequest = readonly [
  variant: number,
  step: number,
  key: number,
  milliseconds: number,
  flags: number,
]

export const OBSERVED = {
  /** The variant failed: 5xx, or its run threw where the control's did not. */
  error: 1,
  /** NaN, infinities or another shape in its outputs. */
  fault: 2,
  /** The request's client was at fault: counted in no guard. */
  clientFault: 4,
  /** Forced by a header: counted in no guard and no comparison. */
  forced: 8,
} as const

/** Copies of requests that were compared with one model. Of outputs nobody asks for those of a single copy. */
export interface ComparedCopies {
  /** Served name of the shadow, or of the variant. */
  readonly model: string
  readonly copies: readonly ComparedCopy[]
  /** Of all of them together. */
  readonly outputs: readonly SummedDifference[]
  readonly examples: readonly KeptExample[]
}

/** One copy: step, `keyNumber` of the sticky key, index into `COMPARED`, milliseconds to its answer (0 where it was not asked). */
export type ComparedCopy = readonly [step: number, key: number, outcome: number, milliseconds: number]

/** The text of a `DifferenceExample`, and the `differenceSize` of its answer. */
export interface KeptExample {
  readonly size: number
  readonly example: string
}

export interface OutputDifference {
  readonly output: string
  /** Largest |a - b| / (absolute + relative * |a|): above 1 is beyond the tolerance; absent for text and for other shapes. */
  readonly excess?: number
  /** Index of the element with the largest excess, or of the first text that differs; absent where nothing differs. */
  readonly at?: number
  /** Elements that differ beyond the tolerance, and all. */
  readonly different: number
  readonly elements: number
  /** Of classes, by the largest element of a row or the label itself: rows that disagree, and all. */
  readonly labels?: { readonly different: number; readonly rows: number }
}

/** Differences of many answers in one output. */
export type SummedDifference = Omit<OutputDifference, 'at'>

export type RolloutQuestion =
  | { readonly ask: 'list' }
  | { readonly ask: 'show'; readonly rollout: string }
  /** As a page for people. */
  | { readonly ask: 'report'; readonly rollout: string }
  | { readonly ask: 'outcomes'; readonly rollout: string; readonly outcomes: readonly GivenOutcome[] }
  /** Permille by variant; those that are not named keep their part of what is left. */
  | { readonly ask: 'set'; readonly rollout: string; readonly permille: Readonly<Record<string, number>> }
  | { readonly ask: 'promote'; readonly rollout: string; readonly variant: string }
  | { readonly ask: 'abort'; readonly rollout: string; readonly cause: string }
  /** Begins anew after its end. */
  | { readonly ask: 'restart'; readonly rollout: string }

export interface GivenOutcome {
  readonly outcomeId: string
  /** 0 or 1 where the rollout's outcome is binary. */
  readonly value: number
}

export type RolloutAnswer =
  | { readonly answer: 'list'; readonly views: readonly RolloutView[] }
  | { readonly answer: 'show'; readonly view: RolloutView }
  /** A whole HTML document. */
  | { readonly answer: 'report'; readonly page: string }
  /** In the order in which they were given: durable now, or durable before, or refused. */
  | { readonly answer: 'outcomes'; readonly results: readonly OutcomeResult[] }

export type OutcomeResult =
  | { readonly result: 'accepted' | 'duplicate' }
  /** The id is not one of this rollout's, is damaged, or is too old; or the value is not one. */
  | { readonly result: 'refused'; readonly why: string }

/** What the rollout thread is started with. */
export interface RolloutThreadPlan {
  readonly rollouts: readonly RolloutPlan[]
}
