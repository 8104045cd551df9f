import type { OutputDifference } from '../rollout-messages.ts'

/**
 * What became of a copy: compared, or asked without an answer, or not asked, to keep the server fast or since it would be too
 * large ever to be.
 */
export const COMPARED = ['agrees', 'differs', 'fails', 'dropped', 'too-large'] as const
export type ComparedOutcome = (typeof COMPARED)[number]

/** Outputs of another model for the inputs of a request that the control has answered. */
export interface ComparedOutputs {
  /** Served name of the shadow, or of the variant. */
  readonly model: string
  readonly step: number
  readonly key: number
  readonly outcome: ComparedOutcome
  /** Time of its answer; absent where it was not asked. */
  readonly milliseconds?: number
  readonly outputs?: readonly OutputDifference[]
  readonly example?: string
}
