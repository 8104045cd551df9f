import type { Int32Histogram } from 'hdr-histogram-js'
import type { Percentiles } from './measurement.ts'

/** An hour: what takes longer counts as this. */
const LONGEST_US = 3.6e9

type HdrModule = typeof import('hdr-histogram-js')

/** A bar of a distribution. */
export interface LatencyBar {
  /** All that are counted are at most this long, and longer than those of the bar before. */
  readonly upToMs: number
  readonly count: number
}

/** Latencies of one microsecond to an hour, in an HDR histogram of microseconds; each is right to its first `digits`. */
export class Latencies {
  readonly #module: HdrModule
  readonly #digits: 2 | 3
  readonly #histogram: Int32Histogram

  /**
   * The library is read when the first one is opened: a program that only might measure need not.
   * @param digits three take 100 kB, two take 13.
   */
  static async open(digits: 2 | 3 = 3): Promise<Latencies> {
    const module = await import('hdr-histogram-js')
    return new Latencies(module, digits)
  }

  /** @param histograms as `Measurement.histogram` and `encode()` have them; none of them gives no latencies. */
  static async merge(histograms: Iterable<string>): Promise<Latencies> {
    const merged = await Latencies.open()
    for (const histogram of histograms) merged.add(histogram)
    return merged
  }

  private constructor(module: HdrModule, digits: 2 | 3) {
    this.#module = module
    this.#digits = digits
    this.#histogram = new module.Int32Histogram(1, LONGEST_US, digits)
  }

  /** An empty one of the same digits. */
  empty(): Latencies {
    return new Latencies(this.#module, this.#digits)
  }

  get count(): number {
    return this.#histogram.totalCount
  }

  record(milliseconds: number): void {
    this.#histogram.recordValue(Math.min(LONGEST_US, Math.max(0, Math.round(milliseconds * 1000))))
  }

  clear(): void {
    this.#histogram.reset()
  }

  /** As HDR histograms are exchanged: V2, compressed, base64. */
  encode(): string {
    return this.#module.encodeIntoCompressedBase64(this.#histogram)
  }

  /** Takes over what another one has recorded. */
  add(encoded: string): void {
    const other = this.#module.decodeFromCompressedBase64(encoded, 32)
    // Of an empty one the encoding cannot be decoded into counts to add.
    if (other.totalCount > 0 && other instanceof this.#module.JsHistogram) this.#histogram.add(other)
  }

  /** @param percentile from 0 to 100. @returns milliseconds that so many per cent do not exceed; 0 of none. */
  percentileMs(percentile: number): number {
    return this.count === 0 ? 0 : this.#histogram.getValueAtPercentile(percentile) / 1000
  }

  /** How many took longer, to the precision of the histogram. */
  countAbove(milliseconds: number): number {
    const limit = Math.round(milliseconds * 1000)
    let above = 0
    for (const { upToMs, count } of this.bars()) if (Math.round(upToMs * 1000) > limit) above += count
    return above
  }

  /** All that was recorded, from the shortest on; as narrow as the histogram tells them apart, empty ones left out. */
  bars(): readonly LatencyBar[] {
    const bars: LatencyBar[] = []
    const recorded = this.#histogram.recordedValuesIterator
    recorded.reset()
    while (recorded.hasNext()) {
      const { valueIteratedTo, countAtValueIteratedTo } = recorded.next()
      bars.push({ upToMs: valueIteratedTo / 1000, count: countAtValueIteratedTo })
    }
    return bars
  }

  summary(): Percentiles {
    const { count } = this
    return {
      count,
      mean: count === 0 ? 0 : this.#histogram.mean / 1000,
      p50: this.percentileMs(50),
      p90: this.percentileMs(90),
      p99: this.percentileMs(99),
      p999: this.percentileMs(99.9),
      max: count === 0 ? 0 : this.#histogram.maxValue / 1000,
    }
  }
}
