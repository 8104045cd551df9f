import type { ResolvedModel } from '../core/resolved-model.ts'
import type { PreparedModel } from '../flavors/flavor.ts'
import type { ScoringCodec } from '../protocols/mlflow-scoring/scoring-codec.ts'
import type { Admission } from './admission/admission.ts'
import type { CallTaker } from './batching/batch-caller.ts'
import type { BatchingState, BatchStats } from './batching/batching-state.ts'
import type { BodyScorer } from './body-scorer.ts'

/** `inline`: in the thread that parsed the request. `pool`: in worker threads of its own. */
export type Placement = 'inline' | 'pool'

/** How long loading took, by stage, in milliseconds. */
export interface LoadTimes {
  readonly total: number
  readonly engine: number
  /** Median time of a run of one row, measured after load; undefined where there was nothing to run it with. */
  readonly batch1: number | undefined
}

/** Live counters of the threads of a model. */
export interface PoolStats {
  readonly workers: number
  /** Calls in the engine now. */
  readonly running: number
  /** Calls admitted and not yet running. */
  readonly queued: number
  /** Worker threads that died and were replaced, since load. */
  readonly workerRestarts: number
  /** Worker threads given up because a native run did not return. */
  readonly workersLost: number
  /** Those of the lost that still occupy a core: only the end of the process (SIGKILL) ends them. */
  readonly stuckWorkers: number
  /** Whole bodies dropped before their run because their clients had left. */
  readonly cancelled: number
  /** The same because their deadlines had passed. */
  readonly expired: number
}

/** Live counters of a served model, read by the metrics. */
export interface ModelStats extends PoolStats, BatchStats {}

/** One version of a model, loaded, proved and ready to predict. */
export interface ServedModel {
  readonly source: ResolvedModel
  /** The name it is served under. */
  readonly name: string
  /** Of the registry, or as the server was told; `1` where nobody says. */
  readonly version: string
  readonly mlmodel: PreparedModel
  readonly predictor: CallTaker
  readonly scoring: ScoringCodec
  /** Where the data plane counts and refuses; nobody else enters. */
  readonly admission: Admission
  readonly placement: Placement
  readonly loadTimes: LoadTimes
  /** How many golden requests were answered as recorded; 0 where the model brings none. */
  readonly goldenRequests: number
  /** How far its batching has come. */
  readonly batching: BatchingState
  /** Takes large bodies as they are; undefined where they are decoded in the thread that received them. */
  readonly bodies: BodyScorer | undefined
  /**
   * To be called again and again where a turn of the event loop may take long: lets the model's threads have their next
   * runs meanwhile. @param now `performance.now()`
   */
  attend(now: number): void
  stats(): ModelStats
}
