import type { ApiCaller } from '../api-executor.ts'
import type { StoreWork } from './store-messages.ts'

/** A piece of work for a thread, and whoever waits for its answer. */
export class StoreCall {
  readonly work: StoreWork
  readonly answered: Promise<string | Uint8Array>
  readonly #caller: ApiCaller
  resolve!: (answer: string | Uint8Array) => void
  reject!: (error: unknown) => void
  /** `performance.now()` when a thread was given it. */
  startedAt = 0

  constructor(work: StoreWork, caller: ApiCaller) {
    this.work = work
    this.#caller = caller
    this.answered = new Promise((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
    })
  }

  /** Nobody waits any longer. */
  get isForgotten(): boolean {
    return this.#caller.signal.aborted
  }
}
