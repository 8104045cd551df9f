import { invalidParameter } from '../../core/errors.ts'
import type { RateTry } from './found-max.ts'
import type { LatencyLimit } from './latency-limit.ts'

export interface FindMaxOptions {
  readonly limit: LatencyLimit
  /** Requests a second that the server answers in a closed loop of some connections; above 0. */
  readonly guessPerSecond: number
  /** How much above the found rate the smallest that failed may be; 0.05 unless set. */
  readonly precision?: number
  /**
   * Of one load; unless set 2, or longer for a long limit: so long that at a rate of `precision` above what the server can do
   * its queue grows beyond it. It lasts up to four times that, and longer at a low rate, where few requests prove nothing.
   */
  readonly leastSeconds?: number
  /** Measured times the rate that was found, and its neighbour, are tried once more; 2 unless set. */
  readonly repeats?: number
  /**
   * Of all loads together; the search ends with what is known by then. Unless set enough for fifteen loads: three minutes,
   * more where loads are longer, ten at most.
   */
  readonly maxSeconds?: number
  /** Of the first load; the others have those after it. */
  readonly seed?: number
  /** Ends the search with what is known by then. */
  readonly signal?: AbortSignal
  /** Called after each load. */
  readonly onTry?: (rateTry: RateTry) => void
}

/** @throws ServingError INVALID_PARAMETER_VALUE for a limit or guess that makes no sense */
export function checkOptions({ limit, guessPerSecond }: FindMaxOptions): void {
  const { percentile, milliseconds, confidence } = limit
  if (!(percentile > 0 && percentile < 100))
    throw invalidParameter(`There is no percentile ${percentile} to keep`)
  if (!(milliseconds > 0)) throw invalidParameter(`A latency limit is above 0 ms, not ${milliseconds} ms`)
  if (!(confidence > 0.5 && confidence < 1))
    throw invalidParameter(`A confidence is above 0.5 and below 1, not ${confidence}`)
  if (!(guessPerSecond > 0 && Number.isFinite(guessPerSecond)))
    throw invalidParameter(
      `A search cannot begin at ${guessPerSecond} requests a second: was nothing answered?`,
    )
}
