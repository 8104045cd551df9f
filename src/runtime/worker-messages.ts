import type { SerializedError } from '../core/errors.ts'
import type { Parameters } from '../core/inference.ts'
import type { OutputMetadata, TensorMetadata } from '../core/predictor.ts'
import type { MlModel } from '../flavors/mlmodel.ts'
import type { WireTensor } from './wire-tensors.ts'

/**
 * Everything that crosses between the thread that owns a pool and its workers. A worker first gets one
 * `open`, then any number of `run`s; it never throws, since an Error that crosses keeps only its message.
 */
export type WorkerMessage = OpenMessage | RunMessage

export interface OpenMessage {
  readonly kind: 'open'
  readonly mlmodel: MlModel
  readonly intraOpThreads: number
  /** Module URL of another flavor table than Headrace's own. */
  readonly flavorTable?: string
  /** Shared with the pool: how far the run in each slot has come, one of `RunMark`. */
  readonly marks: Int32Array
}

export interface RunMessage {
  readonly kind: 'run'
  /** Index into the worker's `marks`. */
  readonly slot: number
  readonly inputs: readonly WireTensor[]
  readonly outputs?: readonly string[]
  readonly parameters?: Parameters
}

/**
 * Both sides change a mark by compare-and-exchange only, so that a run is either begun by the worker or
 * withdrawn by the pool, and after a worker's death the pool knows which of its runs had begun.
 */
export const RunMark = { sent: 0, begun: 1, withdrawn: 2 } as const

/** The fields of a `Predictor` that an opened worker tells its pool. */
export interface OpenedModel {
  readonly inputs: readonly TensorMetadata[]
  readonly outputs: readonly OutputMetadata[]
  readonly maxBatchRows: number
  readonly batchable: boolean
}

export type OpenReply =
  | { readonly status: 'opened'; readonly model: OpenedModel }
  | { readonly status: 'failed'; readonly error: SerializedError }

export type RunReply =
  | { readonly status: 'done'; readonly outputs: readonly WireTensor[]; readonly computeMs: number }
  | { readonly status: 'failed'; readonly error: SerializedError }
  | { readonly status: 'withdrawn' }

export type WorkerReply = OpenReply | RunReply
