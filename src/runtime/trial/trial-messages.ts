import type { SerializedError } from '../../core/errors.ts'
import type { ResolvedModel } from '../../core/resolved-model.ts'
import type { PrepareOptions } from '../../flavors/flavor.ts'
import type { BatchingOptions } from '../batching/batching-state.ts'
import type { LoadStage } from '../load/load-stage.ts'
import type { TrialLimits } from './trial-options.ts'

/** What the process of a trial is sent, once; as JSON. */
export interface TrialJob {
  readonly source: ResolvedModel
  readonly name: string
  readonly batching: BatchingOptions
  readonly runTimeoutMs: number
  /** Module URL of another flavor table than Headrace's own. */
  readonly flavorTable?: string
  readonly prepare?: Omit<PrepareOptions, 'warn'>
}

/** What it answers: any number of stages and warnings, then how it went. */
export type TrialMessage =
  | { readonly kind: 'stage'; readonly stage: LoadStage }
  | { readonly kind: 'warning'; readonly message: string }
  | { readonly kind: 'passed' }
  | { readonly kind: 'failed'; readonly error: SerializedError }

/** What the thread that watches over the process is started with. */
export interface TrialThreadData {
  readonly job: TrialJob
  readonly limits: TrialLimits
  /** The most that the JavaScript heap may take, beside `limits`. */
  readonly heapBytes: number
}

/** What it says: any number of warnings, then how it went. It is told nothing but to give up. */
export type FromTrialThread =
  | { readonly kind: 'warning'; readonly message: string }
  | { readonly kind: 'over'; readonly outcome: TrialOutcome }

/** `reading`: its files, before anything else. */
export type TrialStage = LoadStage | 'reading'

/** Of a trial that is over. */
export interface TrialOutcome {
  readonly end: TrialEnd
  /** How far it came. */
  readonly stage: TrialStage
  readonly totalMs: number
  /** The most memory that was seen; 0 where it cannot be seen. */
  readonly peakBytes: number
  /** What the process printed last. */
  readonly output: string
}

/** How a trial came to its end. */
export type TrialEnd =
  | { readonly how: 'passed' }
  | { readonly how: 'failed'; readonly error: SerializedError }
  /** Its time was up. */
  | { readonly how: 'late' }
  /** It held more memory than it may. */
  | { readonly how: 'large'; readonly bytes: number }
  | { readonly how: 'given-up' }
  | { readonly how: 'not-started'; readonly reason: string }
  /** It did not end itself in order, nor did we end it. */
  | { readonly how: 'died'; readonly code: number | null; readonly signal: NodeJS.Signals | null }
