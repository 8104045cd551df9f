import { performance } from 'node:perf_hooks'

/**
 * The turn of the event loop that is under way. Requests that are ready together are read in one turn, one after the
 * other: how long it has gone on is how long the one that is read now has waited in its socket, where nobody saw it.
 */
export class LoopTurn {
  #open = false
  #begunAt = 0
  #closedAt = 0
  #idleMs = 0

  /** Milliseconds for which the loop has been busy since it last looked for requests. @param now `performance.now()` */
  busyMs(now: number): number {
    if (!this.#open) this.#begin(now)
    return now - this.#begunAt
  }

  /** The answers to the turn before were written since it closed; what the loop slept through is no wait. */
  #begin(now: number): void {
    this.#open = true
    const slept = performance.nodeTiming.idleTime - this.#idleMs
    this.#begunAt = this.#closedAt === 0 ? now : Math.min(now, this.#closedAt + slept)
    setImmediate(() => this.#close())
  }

  #close(): void {
    this.#open = false
    this.#closedAt = performance.now()
    this.#idleMs = performance.nodeTiming.idleTime
  }
}
