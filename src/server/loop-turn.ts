import { performance } from 'node:perf_hooks'

/**
 * How old what is read may be. Requests that are ready together are read in one turn of the event loop, one after the
 * other; what came while the loop was busy with one turn is read in the next. Nobody sees them in their sockets, but they
 * cannot be older than the moment at which the loop looked there before.
 */
export class LoopTurn {
  #open = false
  /** Nothing that is read in this turn came before. */
  #since = 0
  #readAt = 0
  #count = 0
  #idleMs = 0

  /**
   * Milliseconds for which a request may have waited that is read now.
   * @param now `performance.now()` when it began to be read; earlier than now where its body came after its head
   */
  lagMs(now: number): number {
    if (!this.#open) this.#begin()
    return Math.max(0, now - this.#since)
  }

  #begin(): void {
    const { uvMetricsInfo, idleTime } = performance.nodeTiming
    // A loop that slept was woken by what is read now; one that turned meanwhile has looked and found nothing.
    const isNext = uvMetricsInfo.loopCount <= this.#count + 1 && idleTime === this.#idleMs
    const readAt = performance.now()
    this.#since = isNext && this.#readAt > 0 ? this.#readAt : readAt
    this.#readAt = readAt
    this.#open = true
    setImmediate(() => this.#close())
  }

  #close(): void {
    this.#open = false
    this.#count = performance.nodeTiming.uvMetricsInfo.loopCount
    this.#idleMs = performance.nodeTiming.idleTime
  }
}
