import type { MessagePort } from 'node:worker_threads'
import type { SerializedError } from '../../core/errors.ts'
import type { Parameters } from '../../core/inference.ts'
import type { OutputMetadata, TensorMetadata } from '../../core/predictor.ts'
import type { PreparedModel } from '../../flavors/flavor.ts'
import type { BodyDialect, ScoredBody } from '../body-scorer.ts'
import type { WireTensor } from './wire-tensors.ts'

/** What goes to a worker by piscina: a `start`, an `open`, then an `end`, or an `empty` and another `open`. It never throws: an Error that crosses keeps only its message. */
export type WorkerMessage = StartMessage | OpenMessage | EmptyMessage | EndMessage

/** Makes piscina start a thread before it is known what to open in it. */
export interface StartMessage {
  readonly kind: 'start'
}

/** Makes a thread give up its model and wait for another. */
export interface EmptyMessage {
  readonly kind: 'empty'
}

/** Makes a thread give up its model and end. It is not answered. */
export interface EndMessage {
  readonly kind: 'end'
}

/** What the threads of a pool are to open. */
export interface WorkerModel {
  readonly mlmodel: PreparedModel
  readonly intraOpThreads: number
  /** Module URL of another flavor table than Headrace's own. */
  readonly flavorTable?: string
}

export interface OpenMessage extends WorkerModel {
  readonly kind: 'open'
  /** By which the worker gets its runs and answers them. */
  readonly port: MessagePort
  readonly shared: SharedParts
}

/** What a pool and one of its workers share; all of it has one for each slot. */
export interface SharedParts {
  /** How far the run has come, one of `RunMark`. */
  readonly marks: Int32Array
  /** Inputs that are not too large are packed here. */
  readonly inputs: readonly SharedArrayBuffer[]
  /** Outputs that are small enough are packed here. */
  readonly outputs: readonly SharedArrayBuffer[]
}

/** What goes by the port: a slot alone where the run is packed in the slot's memory, and all that it is. */
export type RunMessage = number | PackedRun | TensorRun | BodyRun

interface Run {
  /** Index into the worker's `marks`. */
  readonly slot: number
  readonly outputs?: readonly string[]
  readonly parameters?: Parameters
}

/** Its inputs are packed in the memory of its slot, which from now on is `memory` where that is given. */
export interface PackedRun extends Run {
  readonly kind: 'packed'
  readonly memory?: SharedArrayBuffer
}

export interface TensorRun extends Run {
  readonly kind: 'tensors'
  readonly inputs: readonly WireTensor[]
}

/** A request body, to be decoded, run and encoded. */
export interface BodyRun extends Run {
  readonly kind: 'body'
  readonly body: Uint8Array
  readonly dialect: BodyDialect
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

/** What piscina brings back. */
export type WorkerReply =
  | { readonly status: 'started' | 'emptied' }
  | { readonly status: 'opened'; readonly model: OpenedModel }
  | FailedReply

interface FailedReply {
  readonly status: 'failed'
  readonly error: SerializedError
}

/** What comes back by the port: a slot alone where the outputs are packed in the slot's memory, with the time of the run. */
export type RunReply = number | (SlotReply & { readonly slot: number })

type SlotReply = FailedReply | TensorReply | BodyReply | { readonly status: 'withdrawn' }

export interface TensorReply {
  readonly status: 'done'
  readonly outputs: readonly WireTensor[]
  readonly computeMs: number
}

export interface BodyReply {
  readonly status: 'scored'
  readonly body: ScoredBody
  readonly rows: number
  readonly parseMs: number
  readonly computeMs: number
  readonly serialiseMs: number
}
