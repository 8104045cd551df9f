import { DistinctKeys } from '../statistics/distinct-keys.ts'
import { LatencyHistogram } from './latency/latency-histogram.ts'

/** What is known of the answers of one variant, in bounded memory, since this engine began. */
export class VariantFigures {
  readonly keys = new DistinctKeys()
  readonly latency = new LatencyHistogram()
  readonly #recentLatency = new LatencyHistogram()
  /** All of them, with the forced ones and those whose client was at fault. */
  requests = 0
  errors = 0
  faults = 0

  /** How many different keys it has answered, by an estimate that is never above the number of requests. */
  get distinctKeys(): number {
    return Math.min(this.requests, Math.round(this.keys.count))
  }

  /** An answer that counts beyond the number of requests. */
  answered(key: number, milliseconds: number): void {
    this.keys.add(key)
    this.latency.add(milliseconds)
    this.#recentLatency.add(milliseconds)
  }

  /** Of what came since it was asked for the last time. */
  takeRecentP99(): number | undefined {
    const p99 = this.#recentLatency.quantile(0.99)
    this.#recentLatency.clear()
    return p99
  }
}
