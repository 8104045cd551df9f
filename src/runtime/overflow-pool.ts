import { messageOf } from '../core/errors.ts'
import type { Predictor } from '../core/predictor.ts'
import { WorkerPool } from './pool/worker-pool.ts'
import type { WorkerModel } from './pool/worker-threads.ts'
import type { RuntimeLog } from './runtime-log.ts'
import type { PoolStats } from './served-model.ts'

/** One worker thread beside a model that is inline, for requests that would block the serving thread. */
export class OverflowPool {
  readonly #model: WorkerModel
  readonly #log: RuntimeLog
  #pool: WorkerPool | undefined

  constructor(model: WorkerModel, log: RuntimeLog) {
    this.#model = model
    this.#log = log
  }

  /** Undefined until it is open. */
  get stats(): PoolStats | undefined {
    return this.#pool?.stats
  }

  /** The caller closes it. @throws ServingError where the model cannot be opened once more. */
  async open(): Promise<Predictor> {
    try {
      const { WorkerThreads } = await import('./pool/worker-threads.ts')
      const threads = new WorkerThreads({ maxThreads: 1, log: this.#log })
      this.#pool = await WorkerPool.open(threads, this.#model, 1)
      return this.#pool
    } catch (error) {
      this.#log.warn(
        { directory: this.#model.mlmodel.directory, reason: messageOf(error) },
        'No worker thread could be opened for large requests, which run in the serving thread meanwhile',
      )
      throw error
    }
  }

  /** Answers what it has with an error. */
  abandon(): void {
    this.#pool?.abandon()
  }
}
