import type { ResolvedModel } from '../core/resolved-model.ts'
import type { PreparedModel } from '../flavors/flavor.ts'
import type { ScoringCodec } from '../protocols/mlflow-scoring/scoring-codec.ts'
import type { Admission } from './admission/admission.ts'
import type { BatchingState } from './batching/batching-state.ts'
import type { DynamicBatcher } from './batching/dynamic-batcher.ts'
import type { BodyScorer } from './body-scorer.ts'
import type { PlacedModel } from './placement.ts'
import type { LoadTimes, ModelStats, Placement, ServedModel } from './served-model.ts'
import type { TunedPlan } from './tuning/tuned-plan.ts'
import type { Tuner } from './tuning/tuner.ts'

export interface LoadedModelInit {
  readonly source: ResolvedModel
  readonly name: string
  /** As its source says unless set. */
  readonly version?: string
  readonly mlmodel: PreparedModel
  readonly placed: PlacedModel
  readonly batcher: DynamicBatcher
  readonly tuner: Pick<Tuner, 'state' | 'stop'> & Partial<Pick<Tuner, 'tunedPlan' | 'adopt' | 'tuneHere'>>
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
export const UNVERSIONED = '1'

/** As which version a model is served of which nobody says more. */
export function versionOf({ version }: ResolvedModel): string {
  return version ?? UNVERSIONED
}

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
    this.version = init.version ?? versionOf(init.source)
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

  /** What is known of its batches, by which other processes and threads need not find it out. */
  get tunedPlan(): TunedPlan | undefined {
    return this.#tuner.tunedPlan
  }

  /** Takes over what another process or thread has found out. */
  adopt(plan: TunedPlan): void {
    this.#tuner.adopt?.(plan)
  }

  /** Nobody else finds out any more how it is batched. */
  tuneHere(): void {
    this.#tuner.tuneHere?.()
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

  /**
   * Refuses new requests, gives those under way `graceMs` to finish and the rest an error, and frees the model. Under
   * way are those too whose bodies are still coming, which nobody else could answer.
   */
  async retire(reason: string, graceMs: number): Promise<void> {
    const end = performance.now() + graceMs
    this.#tuner.stop()
    if (this.admission.isHeld) await within(graceMs, this.admission.unheld())
    const drained = await this.drain(reason, Math.max(0, end - performance.now()))
    if (!drained) {
      this.predictor.abandon()
      this.#placed.abandon()
    }
    await this.predictor.close()
    await this.#placed.close()
  }

  /** Refuses new requests; true once nothing is under way, false where `graceMs` was not enough. */
  drain(reason: string, graceMs: number): Promise<boolean> {
    this.admission.stop(reason)
    return within(graceMs, this.admission.idle())
  }
}

/** Whether something has settled after so many milliseconds, or before. */
async function within(ms: number, settled: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const timeOut = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, ms, false)
  })
  const done = await Promise.race([settled.then(() => true), timeOut])
  clearTimeout(timer)
  return done
}
