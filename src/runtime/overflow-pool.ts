import { performance } from 'node:perf_hooks'
import { messageOf, unavailable } from '../core/errors.ts'
import type { PredictOptions } from '../core/predictor.ts'
import type { BodyDialect, BodyScorer, ScoredBody } from './body-scorer.ts'
import type { WorkerModel } from './pool/worker-messages.ts'
import { WorkerPool } from './pool/worker-pool.ts'
import type { WorkerThreads } from './pool/worker-threads.ts'
import type { RuntimeLog } from './runtime-log.ts'
import type { PoolStats } from './served-model.ts'

export interface OverflowPoolOptions {
  readonly model: WorkerModel
  /** Starts the thread. */
  readonly startThreads: () => Promise<WorkerThreads>
  readonly log: RuntimeLog
}

/** To be read, such a body takes the serving thread ten milliseconds and more, and its answer several times that. */
const LARGE_BODY_BYTES = 1024 * 1024
/** After the thread could not be opened, requests stay in the serving thread for so long. */
const REOPEN_MS = 10_000

/** One worker thread beside a model that is inline, for requests that would block the serving thread. Opened by the first of them. */
export class OverflowPool implements BodyScorer {
  readonly fromBytes = LARGE_BODY_BYTES
  readonly #options: OverflowPoolOptions
  #opening: Promise<WorkerPool> | undefined
  #pool: WorkerPool | undefined
  #missingUntil = 0
  #closed = false

  constructor(options: OverflowPoolOptions) {
    this.#options = options
  }

  /** Undefined until it is open. */
  get stats(): PoolStats | undefined {
    return this.#pool?.stats
  }

  /** False for a while after it could not be opened. */
  get available(): boolean {
    return this.#missingUntil === 0 || performance.now() > this.#missingUntil
  }

  /** @throws ServingError where the model cannot be opened once more. */
  open(): Promise<WorkerPool> {
    this.#opening ??= this.#open()
    return this.#opening
  }

  async score(body: Uint8Array, dialect: BodyDialect, options: PredictOptions): Promise<ScoredBody> {
    const pool = await this.open()
    return await pool.score(body, dialect, options)
  }

  /** Answers what it has with an error. */
  abandon(): void {
    this.#pool?.abandon()
  }

  /** Answers what it has, then ends the thread. */
  async close(): Promise<void> {
    this.#closed = true
    const pool = await this.#opening?.catch(() => undefined)
    await pool?.close()
  }

  async #open(): Promise<WorkerPool> {
    if (this.#closed) throw unavailable('The model is being unloaded')
    try {
      this.#pool = await WorkerPool.open(await this.#options.startThreads(), this.#options.model, 1)
      return this.#pool
    } catch (error) {
      this.#opening = undefined
      this.#missingUntil = performance.now() + REOPEN_MS
      const { log, model } = this.#options
      log.warn(
        { directory: model.mlmodel.directory, reason: messageOf(error) },
        'No worker thread could be opened for large requests, which run in the serving thread meanwhile',
      )
      throw error
    }
  }
}
