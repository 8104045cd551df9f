import { Latencies } from '../latencies.ts'

/** A second on its way between threads. */
export interface EncodedSecond {
  readonly offered: number
  readonly right: number
  readonly failed: number
  /** Empty where nothing was right. */
  readonly latency: string
}

interface LiveSecond {
  offered: number
  right: number
  failed: number
  latency: Latencies
}

/** Counts by the second for which requests were intended. Only seconds whose requests may still end take more than a few bytes. */
export class SecondSeries {
  readonly #live = new Map<number, LiveSecond>()
  readonly #settled: EncodedSecond[] = []
  readonly #unused: Latencies[] = []
  readonly #template: Latencies
  readonly #settleAfter: number

  /** @param timeoutMs after which all requests of a second have ended. */
  static async open(timeoutMs: number): Promise<SecondSeries> {
    return new SecondSeries(await Latencies.open(2), timeoutMs)
  }

  private constructor(template: Latencies, timeoutMs: number) {
    this.#template = template
    this.#settleAfter = Math.ceil(timeoutMs / 1000) + 2
  }

  offered(second: number): void {
    this.#at(second).offered += 1
  }

  right(second: number, latencyMs: number): void {
    const live = this.#at(second)
    live.right += 1
    live.latency.record(latencyMs)
  }

  failed(second: number): void {
    this.#at(second).failed += 1
  }

  /** To be called when no request is under way. @param seconds of the whole load. */
  encode(seconds: number): readonly EncodedSecond[] {
    this.#settleBefore(seconds)
    return this.#settled
  }

  #at(second: number): LiveSecond {
    const known = this.#live.get(second)
    if (known !== undefined) return known
    this.#settleBefore(second - this.#settleAfter)
    const latency = this.#unused.pop() ?? this.#template.empty()
    const live = { offered: 0, right: 0, failed: 0, latency }
    this.#live.set(second, live)
    return live
  }

  #settleBefore(end: number): void {
    for (let second = this.#settled.length; second < end; second += 1) {
      const live = this.#live.get(second)
      this.#settled.push(live === undefined ? EMPTY : encoded(live))
      if (live === undefined) continue
      this.#live.delete(second)
      live.latency.clear()
      this.#unused.push(live.latency)
    }
  }
}

const EMPTY: EncodedSecond = { offered: 0, right: 0, failed: 0, latency: '' }

function encoded({ offered, right, failed, latency }: LiveSecond): EncodedSecond {
  return { offered, right, failed, latency: right === 0 ? '' : latency.encode() }
}
