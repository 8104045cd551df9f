import type { WorkerThreads } from './pool/worker-threads.ts'
import type { RuntimeLog } from './runtime-log.ts'

export interface ModelThreadsOptions {
  /** Of which the copies of one model may take half. */
  readonly memoryBytes: number
  /** No thread is given up over a run that has not gone on for so long. */
  readonly runTimeoutMs: number
  readonly log: RuntimeLog
}

/** The worker threads of all models: of those that are loaded, and of earlier ones as far as a thread of theirs did not end. */
export class ModelThreads {
  readonly #options: ModelThreadsOptions
  readonly #all = new Set<WorkerThreads>()

  constructor(options: ModelThreadsOptions) {
    this.#options = options
  }

  /**
   * Starts the first of `maxThreads` threads. The caller closes them.
   * @param onExhausted called once, when so many of them are lost that only a new process can help.
   */
  async start(maxThreads: number, onExhausted: () => void): Promise<WorkerThreads> {
    const { WorkerThreads } = await import('./pool/worker-threads.ts')
    const threads = new WorkerThreads({ ...this.#options, maxThreads })
    threads.onExhausted = onExhausted
    this.#all.add(threads)
    return threads
  }

  /** Whether one of them is inside a native run, which nothing but SIGKILL ends. */
  hasStuck(): boolean {
    for (const { stuck } of this.#all) if (stuck > 0) return true
    return false
  }

  /** Forgets those of which nothing is left. */
  forgetGone(): void {
    for (const threads of this.#all) if (threads.gone) this.#all.delete(threads)
  }
}
