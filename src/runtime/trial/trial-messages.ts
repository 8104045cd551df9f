import type { SerializedError } from '../../core/errors.ts'
import type { ResolvedModel } from '../../core/resolved-model.ts'
import type { PrepareOptions } from '../../flavors/flavor.ts'
import type { BatchingOptions } from '../batching/batching-state.ts'
import type { LoadStage } from '../load/load-stage.ts'

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
