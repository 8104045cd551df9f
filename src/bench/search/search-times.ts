import type { FindMaxOptions } from './find-max-options.ts'
import type { RateTry } from './found-max.ts'
import { type LatencyLimit, requestsForVerdict } from './latency-limit.ts'

const [LEAST_SECONDS, MOST_LEAST_SECONDS] = [2, 15]
const [LEAST_TOTAL, MOST_TOTAL] = [180, 600]
const LOADS = 15
/** However few requests arrive: with fewer loads nothing is found. */
const LEAST_LOADS = 6
/** Of the least time of a load. */
const LONGEST = 4

/** How long the loads of a search last, each and all together. */
export class SearchTimes {
  /** After so many seconds of measured time the search ends with what is known. */
  readonly maxSeconds: number
  readonly #limit: LatencyLimit
  readonly #leastSeconds: number

  constructor(options: FindMaxOptions & { readonly precision: number }) {
    const { limit, leastSeconds = leastOf(options) } = options
    this.#limit = limit
    this.#leastSeconds = leastSeconds
    this.maxSeconds = options.maxSeconds ?? totalOf(options, leastSeconds)
  }

  /**
   * Long enough for a verdict where requests are many, longer at each repeat. Where they are few, the first load is short too: a
   * server that is much too slow shows it with a handful.
   * @param before how many loads of this phase the rate has had
   */
  secondsAt(ratePerSecond: number, phase: RateTry['phase'], before: number): number {
    const needed = requestsForVerdict(this.#limit) / ratePerSecond
    const isFirst = phase === 'search' && before === 0
    const times = phase === 'search' ? 2 ** before : LONGEST
    const usual = Math.min(LONGEST * this.#leastSeconds, Math.max(this.#leastSeconds, needed) * times)
    return isFirst ? usual : Math.max(usual, Math.min(this.maxSeconds / LEAST_LOADS, needed))
  }
}

/** At a rate of `precision` above the largest that is possible a queue grows by so much of each second: twice as long as it takes to the limit. */
function leastOf({ limit, precision }: { readonly limit: LatencyLimit; readonly precision: number }): number {
  return Math.min(MOST_LEAST_SECONDS, Math.max(LEAST_SECONDS, (2 * limit.milliseconds) / 1000 / precision))
}

/** In which a search of as many loads as most take comes to its end. */
function totalOf({ limit, guessPerSecond }: FindMaxOptions, leastSeconds: number): number {
  const aLoad = Math.max(2 * leastSeconds, requestsForVerdict(limit) / guessPerSecond)
  return Math.max(LEAST_TOTAL, Math.min(MOST_TOTAL, LOADS * aLoad), LEAST_LOADS * leastSeconds)
}
