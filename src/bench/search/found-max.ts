import type { Measurement } from '../measurement.ts'
import type { LatencyLimit, LimitCounts, LimitVerdict } from './latency-limit.ts'

/** The largest rate of Poisson arrivals at which a server keeps a latency limit, and how sure that is. */
export interface FoundMax {
  readonly limit: LatencyLimit
  /** Requests a second; 0 where no rate that was tried is within the limit. */
  readonly ratePerSecond: number
  /** Whether it was within the limit once more, by requests that had no part in finding it. */
  readonly confirmed: boolean
  /** The true one is between these with 95 % confidence; `low` is 0 and `high` undefined where this run does not show it. */
  readonly interval: { readonly low: number; readonly high: number | undefined }
  /** What kept the rate from being larger; `time` where the search ended before anything did. */
  readonly boundBy: 'server' | 'generator' | 'time'
  /** All that was measured, in order: latency over rate. */
  readonly tries: readonly RateTry[]
  /** The same in a sentence or two. */
  readonly explanation: string
}

/** One load of the search. */
export interface RateTry {
  readonly ratePerSecond: number
  readonly seconds: number
  /** First the rate is found, then it and its neighbours are measured in turn. */
  readonly phase: 'search' | 'confirmation'
  readonly counts: LimitCounts
  /**
   * Requests over the limit come together, as they wait in one queue: about so many each time. While it drains, which
   * takes the mean excess over the limit divided by the free share of the server, all that arrive are over it too;
   * some times that since bursts differ in size.
   */
  readonly burst: number
  /** Of this load alone. */
  readonly verdict: LimitVerdict
  readonly measurement: Measurement
}
