const FIRST_DELAY_MS = 100
const LONGEST_DELAY_MS = 10_000

/** Tries again later, each time after twice as long. */
export class Backoff {
  #failures = 0
  #timer: NodeJS.Timeout | undefined

  /** Whether a try is still to come. */
  get waiting(): boolean {
    return this.#timer !== undefined
  }

  /** Calls `again` in a while, unless something is to be called already. */
  later(again: () => void): void {
    if (this.#timer !== undefined) return
    const delay = Math.min(FIRST_DELAY_MS * 2 ** this.#failures, LONGEST_DELAY_MS)
    this.#failures += 1
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      again()
    }, delay).unref()
  }

  succeeded(): void {
    this.#failures = 0
  }

  stop(): void {
    clearTimeout(this.#timer)
  }
}
