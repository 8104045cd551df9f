import type { SerializedError } from '../../core/errors.ts'
import type { Parameters } from '../../core/inference.ts'
import type { OutputMetadata, TensorMetadata } from '../../core/predictor.ts'
import type { PreparedModel } from '../../flavors/flavor.ts'
import type { WireTensor } from './wire-tensors.ts'

/**
 * Everything that crosses between the thread that owns a pool and its workers. A worker may get a `start`,
 * then one `open`, then any number of `run`s; it never throws, since an Error that crosses keeps only its
 * message.
 */
export type WorkerMessage = StartMessage | OpenMessage | RunMessage

/** Makes piscina start a thread before it is known what to open in it. */
export interface StartMessage {
  readonly kind: 'start'
}

export interface OpenMessage {
  readonly kind: 'open'
  readonly mlmodel: PreparedModel
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
 * How far a run has come. From `sent` both sides go on by compare-and-exchange only, so that a run is either
 * begun by the worker or withdrawn by the pool. After a worker's death the pool sees which run it was: that
 * fails; what had not begun runs elsewhere, and so does what had finished, should its reply be lost.
 */
export const RunMark = { sent: 0, begun: 1, finished: 2, withdrawn: 3 } as const

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

export type WorkerReply = { readonly status: 'started' } | OpenReply | RunReply
