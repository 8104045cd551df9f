import type { WorkerThreads } from '../pool/worker-threads.ts'
import type { RuntimeLog } from '../runtime-log.ts'

export interface SpareThreadsInit {
  /** How many models are still to ask for threads. */
  readonly wanted: () => number
  readonly log: RuntimeLog
}

/**
 * Threads that models have left, for the next ones: to start a thread and to read the engine's modules there takes several
 * times as long as to open a small model, and tens of megabytes that the process may not get back.
 */
export class SpareThreads {
  readonly #init: SpareThreadsInit
  /** Undefined those that could not be used again. */
  readonly #spare: Promise<WorkerThreads | undefined>[] = []

  constructor(init: SpareThreadsInit) {
    this.#init = init
  }

  /** Keeps them for another model, or ends them where none is to come. Never rejects. */
  async leave(threads: WorkerThreads): Promise<void> {
    if (this.#spare.length >= this.#init.wanted()) await this.#end(threads)
    else this.#spare.push(this.#emptied(threads))
  }

  /** Those of a model before, of as many threads; undefined where there are none. Never rejects. */
  async take(maxThreads: number): Promise<WorkerThreads | undefined> {
    for (let spare = this.#spare.shift(); spare !== undefined; spare = this.#spare.shift()) {
      const threads = await spare
      if (threads?.maxThreads === maxThreads) return threads
      void this.#end(threads)
    }
    return undefined
  }

  /** Ends those that nobody is to ask for any more. Never rejects. */
  async trim(): Promise<void> {
    while (this.#spare.length > this.#init.wanted()) await this.#end(await this.#spare.shift())
  }

  async #emptied(threads: WorkerThreads): Promise<WorkerThreads | undefined> {
    if (await threads.empty()) return threads
    void this.#end(threads)
    return undefined
  }

  async #end(threads: WorkerThreads | undefined): Promise<void> {
    try {
      await threads?.close()
    } catch (error) {
      this.#init.log.warn({ err: error }, 'The thread that timed a model could not be ended')
    }
  }
}
