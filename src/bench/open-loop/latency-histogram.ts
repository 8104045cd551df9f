import type { Histogram } from 'hdr-histogram-js'
import type { LatencySummary } from './open-loop-result.ts'

/** An hour: longer than any time-out of a load. */
const LONGEST_US = 3.6e9

/** Latencies in microseconds with three digits, from one microsecond to an hour. */
export class LatencyHistogram {
  readonly #module: typeof import('hdr-histogram-js')
  readonly #histogram: Histogram

  /** The library is read when the first one is opened: a program that only might measure need not. */
  static async open(): Promise<LatencyHistogram> {
    const module = await import('hdr-histogram-js')
    const range = { lowestDiscernibleValue: 1, highestTrackableValue: LONGEST_US }
    const precision = { numberOfSignificantValueDigits: 3, bitBucketSize: 32 } as const
    return new LatencyHistogram(module, module.build({ ...range, ...precision }))
  }

  private constructor(module: typeof import('hdr-histogram-js'), histogram: Histogram) {
    this.#module = module
    this.#histogram = histogram
  }

  record(milliseconds: number): void {
    this.#histogram.recordValue(Math.min(LONGEST_US, Math.max(0, Math.round(milliseconds * 1000))))
  }

  /** As text that another thread can `add`. */
  encode(): string {
    return this.#module.encodeIntoCompressedBase64(this.#histogram)
  }

  /** Takes over what another one has recorded. */
  add(encoded: string): void {
    const other = this.#module.decodeFromCompressedBase64(encoded, 32)
    // Of an empty one the encoding cannot be decoded into counts to add.
    if (other.totalCount > 0) this.#histogram.add(other)
  }

  summary(): LatencySummary {
    const histogram = this.#histogram
    const at = (percentile: number): number => histogram.getValueAtPercentile(percentile) / 1000
    return {
      count: histogram.totalCount,
      mean: histogram.totalCount === 0 ? 0 : histogram.mean / 1000,
      p50: at(50),
      p90: at(90),
      p99: at(99),
      p999: at(99.9),
      max: histogram.totalCount === 0 ? 0 : histogram.maxValue / 1000,
    }
  }
}
