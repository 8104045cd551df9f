import type { Worker } from 'node:worker_threads'

/** How long a thread that was told to end may take; what lives on after it is inside a native run. */
export const TERMINATION_MS = 1_500

/**
 * Threads that were given up. One that is inside a native run lives on, with a core and a copy of the weights; when it
 * returns after all, both are free again.
 */
export class LostThreads {
  #lost = 0
  #stuck = 0
  readonly #onFreed: () => void
  readonly #onChecked: () => void

  /** @param onFreed one has ended after all. @param onChecked one has had its time to end. */
  constructor(onFreed: () => void, onChecked: () => void) {
    this.#onFreed = onFreed
    this.#onChecked = onChecked
  }

  /** All of them. */
  get lost(): number {
    return this.#lost
  }

  /** Those that still live. */
  get stuck(): number {
    return this.#stuck
  }

  /** Counts a thread that was told to end because of its run. */
  giveUp(worker: Worker): void {
    this.#lost += 1
    this.watch(worker)
    setTimeout(this.#onChecked, TERMINATION_MS).unref()
  }

  /** Counts a thread as stuck until it ends. */
  watch(worker: Worker): void {
    this.#stuck += 1
    worker.once('exit', () => {
      this.#stuck -= 1
      this.#onFreed()
    })
  }
}
