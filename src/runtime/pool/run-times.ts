import type { RunTime } from './pool-call.ts'

/**
 * Runs under about 2 ms are handed over one ahead, since the hop between the threads is then a good part of
 * them. Two bounds, so that a model on the edge keeps to one way.
 */
const AHEAD_BELOW_MS = 1.6
const AHEAD_UP_TO_MS = 2.4
const SMOOTHING = 1 / 8
/** How long an answered run may go on before its worker is given up; four times the longest run if that is more. */
const SHORTEST_PATIENCE_MS = 1_000

/** What the runs of a pool have taken so far, and what follows from it. */
export class RunTimes {
  #runMs: number | undefined
  #longestMs = 0
  #ahead = false

  /** Whether a worker is to hold a second run while it is at one. Not before a run was seen. */
  get ahead(): boolean {
    return this.#ahead
  }

  /** How long a run may go on after its caller has got another answer. */
  get patienceMs(): number {
    return Math.max(SHORTEST_PATIENCE_MS, 4 * this.#longestMs)
  }

  add({ computeMs, totalMs }: RunTime): void {
    this.#runMs = this.#runMs === undefined ? computeMs : this.#runMs + (computeMs - this.#runMs) * SMOOTHING
    if (this.#runMs < AHEAD_BELOW_MS) this.#ahead = true
    else if (this.#runMs > AHEAD_UP_TO_MS) this.#ahead = false
    this.#longestMs = Math.max(this.#longestMs, totalMs)
  }
}
