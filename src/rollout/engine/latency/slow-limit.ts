import { LatencyHistogram } from './latency-histogram.ts'

/** Fewer answers tell too little of a p99. */
const ENOUGH_ANSWERS = 100

/** A window is at least so long, but for the first one. */
const WINDOW_MS = 10_000

/** The slowest of the last windows counts: one p99 of some hundred answers says little by itself. */
const WINDOWS = 6

/**
 * From when on an answer is slow: `ratio` times the control's p99. It comes from windows that are over, so it never depends
 * on the answers that it judges.
 */
export class SlowLimit {
  readonly #ratio: number
  readonly #window = new LatencyHistogram()
  #closed: readonly number[] = []
  #closedAt = Number.NEGATIVE_INFINITY

  constructor(ratio: number) {
    this.#ratio = ratio
  }

  /** In milliseconds; undefined until the control has given enough answers. */
  get milliseconds(): number | undefined {
    return this.#closed.length === 0 ? undefined : this.#ratio * Math.max(...this.#closed)
  }

  /** An answer of the control. */
  add(milliseconds: number, now: number): void {
    this.#window.add(milliseconds)
    if (this.#window.count < ENOUGH_ANSWERS || now - this.#closedAt < WINDOW_MS) return
    this.#closed = [...this.#closed, this.#window.quantile(0.99) ?? 0].slice(-WINDOWS)
    this.#closedAt = now
    this.#window.clear()
  }
}
