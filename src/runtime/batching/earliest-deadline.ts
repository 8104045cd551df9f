import { performance } from 'node:perf_hooks'

const LONGEST_TIMER_MS = 2 ** 31 - 1

/**
 * One timer for the deadlines of all that waits, armed for the earliest it was told of. Whoever waits is not kept
 * here: when the time has come its owner looks through all of them, which with one time-out for every request is
 * once per time-out, and a request costs one comparison.
 */
export class EarliestDeadline {
  readonly #onPassed: () => void
  #timer: NodeJS.Timeout | undefined
  #at = Number.POSITIVE_INFINITY

  /** @param onPassed fails what is late, and tells of the deadlines that are left. */
  constructor(onPassed: () => void) {
    this.#onPassed = onPassed
  }

  /** @param deadline `performance.now()`, or Infinity. */
  watch(deadline: number): void {
    if (deadline >= this.#at) return
    clearTimeout(this.#timer)
    this.#at = deadline
    const delay = Math.min(Math.max(deadline - performance.now(), 1), LONGEST_TIMER_MS)
    this.#timer = setTimeout(() => this.#pass(), Math.ceil(delay)).unref()
  }

  /** To be called before anything is begun: a busy thread comes late to its timers. */
  check(): void {
    if (this.#at < Number.POSITIVE_INFINITY && performance.now() > this.#at) this.#pass()
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#at = Number.POSITIVE_INFINITY
  }

  #pass(): void {
    this.stop()
    this.#onPassed()
  }
}
