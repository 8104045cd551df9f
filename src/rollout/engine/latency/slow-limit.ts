import { LatencyHistogram } from './latency-histogram.ts'

/** Fewer answers tell too little of a p99. */
const ENOUGH_ANSWERS = 100

/** Until the first window is over, the answers so far have to do, from so many on: a variant may be slow from the start. */
const FIRST_ANSWERS: readonly number[] = [25, 50]

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
  #closedAt: number | undefined
  /** Of the first answers, until a window is closed. */
  #first: number | undefined

  constructor(ratio: number) {
    this.#ratio = ratio
  }

  /** In milliseconds; undefined until the control has given enough answers. */
  get milliseconds(): number | undefined {
    const p99 = this.#closed.length === 0 ? this.#first : Math.max(...this.#closed)
    return p99 && this.#ratio * p99
  }

  /** An answer of the control. */
  add(milliseconds: number, now: number): void {
    this.#window.add(milliseconds)
    if (this.#closedAt === undefined) this.#begin(now)
    else if (this.#isOver(now, this.#closedAt)) this.#close(now)
  }

  /** Whether the window is, which began then: before now, or after where the clock was set back. */
  #isOver(now: number, began: number): boolean {
    return this.#window.count >= ENOUGH_ANSWERS && Math.abs(now - began) >= WINDOW_MS
  }

  #begin(now: number): void {
    if (this.#window.count === ENOUGH_ANSWERS) this.#close(now)
    else if (FIRST_ANSWERS.includes(this.#window.count)) this.#first = this.#window.quantile(0.99)
  }

  #close(now: number): void {
    this.#closed = [...this.#closed, this.#window.quantile(0.99) ?? 0].slice(-WINDOWS)
    this.#closedAt = now
    this.#window.clear()
  }
}
