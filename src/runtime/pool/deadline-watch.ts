import { performance } from 'node:perf_hooks'

/** `performance.now()` of this thread, or Infinity. */
interface Timed {
  readonly deadline: number
}

const LONGEST_TIMER_MS = 2 ** 31 - 1

/**
 * Tells when the deadline of a waiting item has passed. One timer for all items, armed for the earliest: with
 * one time-out for every request it is set about once per time-out, not once per request.
 */
export class DeadlineWatch<Item extends Timed> {
  readonly #onPassed: (item: Item) => void
  readonly #items = new Set<Item>()
  #timer: NodeJS.Timeout | undefined
  #armedFor = Number.POSITIVE_INFINITY

  constructor(onPassed: (item: Item) => void) {
    this.#onPassed = onPassed
  }

  add(item: Item): void {
    if (item.deadline === Number.POSITIVE_INFINITY) return
    this.#items.add(item)
    if (item.deadline < this.#armedFor) this.#arm(item.deadline)
  }

  delete(item: Item): void {
    this.#items.delete(item)
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#items.clear()
    this.#armedFor = Number.POSITIVE_INFINITY
  }

  #arm(deadline: number): void {
    clearTimeout(this.#timer)
    this.#armedFor = deadline
    const delay = Math.min(Math.max(deadline - performance.now(), 1), LONGEST_TIMER_MS)
    this.#timer = setTimeout(() => this.#sweep(), Math.ceil(delay)).unref()
  }

  #sweep(): void {
    this.#armedFor = Number.POSITIVE_INFINITY
    const now = performance.now()
    const passed: Item[] = []
    let next = Number.POSITIVE_INFINITY
    for (const item of this.#items) {
      if (item.deadline <= now) passed.push(item)
      else next = Math.min(next, item.deadline)
    }
    if (next < Number.POSITIVE_INFINITY) this.#arm(next)
    for (const item of passed) {
      this.#items.delete(item)
      this.#onPassed(item)
    }
  }
}
