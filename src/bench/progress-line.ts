import { performance } from 'node:perf_hooks'
import type { Latencies } from './latencies.ts'
import type { Load } from './load.ts'
import type { Progress } from './measurement.ts'

/** Makes progress of what is heard of a load that runs. */
export class ProgressLine {
  readonly #totalMs: number
  #startedAt = performance.now()
  #toldAt = this.#startedAt
  #failed = 0

  constructor({ warmUpMs, durationMs }: Load) {
    this.#totalMs = warmUpMs + durationMs
  }

  /** @param inMs from now, when the load begins. */
  begin(inMs: number): void {
    this.#startedAt = performance.now() + inMs
    this.#toldAt = this.#startedAt
  }

  /** @param recent right answers since it was last called. @param failed requests since then. */
  next(recent: Latencies, failed: number): Progress {
    const now = performance.now()
    const seconds = Math.max(1, now - this.#toldAt) / 1000
    this.#toldAt = now
    this.#failed += failed
    return {
      elapsedMs: Math.max(0, Math.min(this.#totalMs, now - this.#startedAt)),
      totalMs: this.#totalMs,
      ratePerSecond: recent.count / seconds,
      p50Ms: recent.percentileMs(50),
      p99Ms: recent.percentileMs(99),
      failed: this.#failed,
    }
  }
}
