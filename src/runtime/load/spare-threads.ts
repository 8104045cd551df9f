import type { WorkerThreads } from '../pool/worker-threads.ts'

/**
 * Threads that models have left, for the next ones: to start a thread and to read the engine's modules there takes several
 * times as long as to open a small model, and tens of megabytes that the process may not get back.
 */
export class SpareThreads {
  /** Undefined those that could not be used again. */
  readonly #spare: Promise<WorkerThreads | undefined>[] = []
  readonly #wanted: () => number

  /** @param wanted how many models are still to ask for threads. */
  constructor(wanted: () => number) {
    this.#wanted = wanted
  }

  /** Keeps them for another model, or ends them where none is to come. */
  leave(threads: WorkerThreads): Promise<void> {
    if (this.#spare.length >= this.#wanted()) return threads.close()
    this.#spare.push(emptied(threads))
    return Promise.resolve()
  }

  /** Those of a model before, of as many threads; undefined where there are none. */
  async take(maxThreads: number): Promise<WorkerThreads | undefined> {
    for (let spare = this.#spare.shift(); spare !== undefined; spare = this.#spare.shift()) {
      const threads = await spare
      if (threads?.maxThreads === maxThreads) return threads
      void threads?.close()
    }
    return undefined
  }

  /** Ends those that nobody is to ask for any more. Never rejects. */
  async trim(): Promise<void> {
    while (this.#spare.length > this.#wanted()) await (await this.#spare.shift())?.close()
  }
}

async function emptied(threads: WorkerThreads): Promise<WorkerThreads | undefined> {
  if (await threads.empty()) return threads
  void threads.close()
  return undefined
}
