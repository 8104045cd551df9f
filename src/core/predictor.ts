import type { Parameters } from './inference.ts'
import type { Datatype, TensorMap } from './tensor.ts'
import type { Timing } from './timing.ts'

/** One input or output of a model, as the model file itself states it. */
export interface TensorMetadata {
  readonly name: string
  readonly datatype: Datatype
  /** Fixed dimensions as numbers; -1 where any size is taken. */
  readonly shape: readonly number[]
  /** The model file leaves even the number of dimensions open; `shape` is then empty. */
  readonly unranked?: true
}

export interface OutputMetadata extends TensorMetadata {
  /**
   * Set where the model file gives a sequence of maps (scikit-learn's ZipMap): the tensor is the matrix
   * of the values, shape (rows, classLabels.length), and these are the maps' keys, in column order.
   */
  readonly classLabels?: readonly (string | bigint)[]
}

/** Whoever is told, once, that work was taken back. */
export type CancelListener = (() => void) | { handleEvent(): void }

/** Tells when work is taken back. Every AbortSignal is one; a request of the server has a lighter one of its own. */
export interface CancelSignal {
  readonly aborted: boolean
  addEventListener(type: 'abort', listener: CancelListener): void
  removeEventListener(type: 'abort', listener: CancelListener): void
}

/** What may accompany a prediction. All of it is optional. */
export interface PredictOptions {
  /** Aborted when the client has left or the server gives up; work not begun is then dropped. */
  readonly signal?: CancelSignal | undefined
  /** `performance.now()` of the thread that called, past which nobody wants the answer. */
  readonly deadline?: number
  readonly parameters?: Parameters
  /** Names of the outputs that are wanted; all of them when absent. */
  readonly outputs?: readonly string[] | undefined
  /** Filled in by every stage that the request passes. */
  readonly timing?: Timing
}

/**
 * Something that turns tensors into tensors: an engine's session, a pool of threads with one each, a batcher
 * in front of either. Callers cannot tell which, so that behaviour is stacked by wrapping.
 */
export interface Predictor {
  readonly inputs: readonly TensorMetadata[]
  readonly outputs: readonly OutputMetadata[]
  /** The largest number of rows of one call; Infinity where there is no such limit. */
  readonly maxBatchRows: number
  /** How many calls run at the same time; more of them wait. */
  readonly maxConcurrency: number
  /** Whether the first dimension of all inputs and outputs is a free number of rows. */
  readonly batchable: boolean

  /**
   * @param inputs one tensor for each of `inputs`, of its datatype.
   * @throws ServingError BAD_REQUEST where the engine refuses the inputs or fails on them,
   *   TEMPORARILY_UNAVAILABLE where a thread died under the request, CANCELLED on `signal`,
   *   DEADLINE_EXCEEDED on `deadline`.
   */
  predict(inputs: TensorMap, options?: PredictOptions): Promise<TensorMap>

  /** Frees the engine's memory. Calls under way are finished first; later ones are refused. Idempotent. */
  close(): Promise<void>
}
