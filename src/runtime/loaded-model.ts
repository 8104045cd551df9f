import type { ResolvedModel } from '../core/resolved-model.ts'
import type { PreparedModel } from '../flavors/flavor.ts'
import type { ScoringCodec } from '../protocols/mlflow-scoring/scoring-codec.ts'
import type { Admission } from './admission/admission.ts'
import type { BatchingState } from './batching/batching-state.ts'
import type { DynamicBatcher } from './batching/dynamic-batcher.ts'
import type { BodyScorer } from './body-scorer.ts'
import type { PlacedModel } from './placement.ts'
import type { LoadTimes, ModelStats, Placement, ServedModel } from './served-model.ts'
import type { Tuner } from './tuning/tuner.ts'

export interface LoadedModelInit {
  readonly source: ResolvedModel
  readonly name: string
  readonly mlmodel: PreparedModel
  readonly placed: PlacedModel
  readonly batcher: DynamicBatcher
  readonly tuner: Pick<Tuner, 'state' | 'stop'>
  /** Settles when nothing is left to find out about its batching; nothing is unless set. */
  readonly tuned?: Promise<void>
  readonly scoring: ScoringCodec
  readonly admission: Admission
  readonly loadTimes: LoadTimes
  readonly goldenRequests: number
}

/** Looking for answers takes a microsecond or two for each thread. */
const ATTEND_EVERY_MS = 0.5

/** Of a model that no registry knows. */
const UNVERSIONED = '1'

/** What `ModelRepository` has loaded. */
export class LoadedModel implements ServedModel {
  readonly source: ResolvedModel
  readonly name: string
  readonly version: string
  readonly mlmodel: PreparedModel
  readonly predictor: DynamicBatcher
  readonly scoring: ScoringCodec
  readonly admission: Admission
  readonly placement: Placement
  readonly loadTimes: LoadTimes
  readonly goldenRequests: number
  /** Settles when nothing is left to find out about its batching. */
  readonly tuned: Promise<void>
  readonly #placed: PlacedModel
  readonly #tuner: LoadedModelInit['tuner']
  #attendedAt = 0

  constructor(init: LoadedModelInit) {
    this.source = init.source
    this.name = init.name
    this.version = init.source.version ?? UNVERSIONED
    this.mlmodel = init.mlmodel
    this.predictor = init.batcher
    this.scoring = init.scoring
    this.admission = init.admission
    this.placement = init.placed.placement
    this.loadTimes = init.loadTimes
    this.goldenRequests = init.goldenRequests
    this.tuned = init.tuned ?? Promise.resolve()
    this.#placed = init.placed
    this.#tuner = init.tuner
  }

  get bodies(): BodyScorer | undefined {
    return this.#placed.bodies
  }

  get batching(): BatchingState {
    return this.#tuner.state
  }

  attend(now: number): void {
    if (now - this.#attendedAt < ATTEND_EVERY_MS) return
    this.#attendedAt = now
    this.#placed.receive()
  }

  stats(): ModelStats {
    const underWay = this.admission.requests
    const pool = this.#placed.poolStats()
    const batches = this.predictor.stats
    if (pool !== undefined) {
      return {
        ...pool,
        ...batches,
        cancelled: batches.cancelled + pool.cancelled,
        expired: batches.expired + pool.expired,
        queued: Math.max(0, underWay - pool.running),
      }
    }
    // Inline runs block their thread: whoever can ask sees them waiting for their turn.
    const running = Math.min(underWay, 1)
    return {
      ...batches,
      workers: 0,
      running,
      queued: underWay - running,
      workerRestarts: 0,
      workersLost: 0,
      stuckWorkers: 0,
    }
  }

  /** Refuses new requests, gives those under way `graceMs` to finish and the rest an error, and frees the model. */
  async retire(reason: string, graceMs: number): Promise<void> {
    this.#tuner.stop()
    const drained = await this.drain(reason, graceMs)
    if (!drained) {
      this.predictor.abandon()
      this.#placed.abandon()
    }
    await this.predictor.close()
    await this.#placed.close()
  }

  /** Refuses new requests; true once nothing is under way, false where `graceMs` was not enough. */
  async drain(reason: string, graceMs: number): Promise<boolean> {
    this.admission.stop(reason)
    let timer: NodeJS.Timeout | undefined
    const timeOut = new Promise<boolean>((resolve) => {
      timer = setTimeout(resolve, graceMs, false)
    })
    const idle = this.admission.idle().then(() => true)
    const done = await Promise.race([idle, timeOut])
    clearTimeout(timer)
    return done
  }
}
