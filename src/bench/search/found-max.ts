import type { Measurement } from '../measurement.ts'
import type { LatencyLimit, LimitCounts, LimitVerdict } from './latency-limit.ts'

/** The largest rate of Poisson arrivals at which a server keeps a latency limit, and how sure that is. */
export interface FoundMax {
  readonly limit: LatencyLimit
  /** Requests a second; 0 where no rate that was tried is within the limit. */
  readonly ratePerSecond: number
  /** Whether it was within the limit once more, by requests that had no part in finding it. */
  readonly confirmed: boolean
  /** The true one is between these, as far as this run can show; `high` is undefined where nothing was beyond the limit. */
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
  /** Of this load alone. */
  readonly verdict: LimitVerdict
  readonly measurement: Measurement
}
