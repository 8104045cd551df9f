import { logUpperBeta } from '../../core/incomplete-beta.ts'

/** So many per cent of all requests are to be answered, rightly, within so many milliseconds. */
export interface LatencyLimit {
  /** Above 0 and below 100. */
  readonly percentile: number
  readonly milliseconds: number
  /** With which a load is said to be within the limit, or beyond it; above 0.5 and below 1. */
  readonly confidence: number
}

/** What a load showed, or several at one rate together. */
export interface LimitCounts {
  readonly requests: number
  /** Not answered, not rightly, or later than the limit. */
  readonly over: number
}

export type LimitVerdict = 'within' | 'beyond' | 'undecided'

/**
 * Whether the requests prove that the percentile is within the limit, or beyond it. The rule is MLPerf's for early
 * stopping (`loadgen/early_stopping.cc`; MLPerf Inference Rules, "Early Stopping", with d = 0): if one request in
 * `100 / (100 - percentile)` were over the limit, so few would be over it with a probability of at most
 * `1 - confidence`; and the same in the other direction. As there, requests count as independent of each other, which
 * those that wait in one queue are not quite: that is what repeats are for.
 *
 * For the 99th percentile and a confidence of 99 %, 459 requests of which none is over are enough.
 */
export function judgeLimit({ requests, over }: LimitCounts, limit: LatencyLimit): LimitVerdict {
  const share = sharePermitted(limit)
  const leastLog = Math.log(1 - limit.confidence)
  if (logAtMost(requests, over, share) <= leastLog) return 'within'
  return logAtLeast(requests, over, share) <= leastLog ? 'beyond' : 'undecided'
}

/** Whether no more are over the limit than may be, whatever chance had to do with it. */
export function seemsWithin({ requests, over }: LimitCounts, limit: LatencyLimit): boolean {
  return requests > 0 && over <= requests * sharePermitted(limit)
}

/** So many that the verdict is likely to be clear where half of those are over that may be. */
export function requestsForVerdict(limit: LatencyLimit): number {
  return Math.ceil(10 / sharePermitted(limit))
}

/** Requests that prove a rate to be within the limit where none of them is over it: 459 of 99 % with 99 % confidence. */
export function fewestForProof(limit: LatencyLimit): number {
  return Math.ceil(Math.log(1 - limit.confidence) / Math.log1p(-sharePermitted(limit)))
}

/** Of all requests. */
function sharePermitted({ percentile }: LatencyLimit): number {
  return 1 - percentile / 100
}

/** Logarithm of the chance that at most `over` of the requests have what each has with probability `share`. */
function logAtMost(requests: number, over: number, share: number): number {
  if (over >= requests) return 0
  return logUpperBeta(share, over + 1, requests - over)
}

function logAtLeast(requests: number, over: number, share: number): number {
  if (over === 0) return 0
  if (over > requests) return Number.NEGATIVE_INFINITY
  return logUpperBeta(1 - share, requests - over + 1, over)
}
