import { Latencies } from '../latencies.ts'
import type { Measurement } from '../measurement.ts'
import type { RateTry } from './found-max.ts'
import type { LatencyLimit } from './latency-limit.ts'

/**
 * By how much bursts of requests over the limit exceed those of one queue that drains by its mean excess, for they differ in
 * size: the variance of their number over its mean, in queues M/M/1 and M/D/1 that are 8 to 98 % busy 3.2 to 5.2.
 */
const BURST = 4
/** Of a server; the guess may be too low. */
const LEAST_FREE = 0.01

/** Failures count as over the limit: who got no right answer still waits for one. */
export async function overLimit(
  { histogram, offered, answered, seconds }: Measurement,
  limit: LatencyLimit,
  guessPerSecond: number,
): Promise<Pick<RateTry, 'counts' | 'burst'>> {
  const latencies = await Latencies.merge([histogram])
  const { count, meanExcessMs } = excessOf(latencies, limit)
  const rate = offered / seconds
  const burst = 1 + (BURST * (rate / 1000) * meanExcessMs) / freeShare(rate, guessPerSecond, meanExcessMs)
  return { counts: { requests: offered, over: offered - answered + count }, burst }
}

/**
 * Of the server, so that a queue drains: by the guess, which may be too high, or by the excess. Where it is the tail of one
 * queue its mean is that of a service time, divided by the share that is free (the queue M/M/1; others have longer services).
 */
function freeShare(rate: number, guessPerSecond: number, meanExcessMs: number): number {
  const byExcess = meanExcessMs === 0 ? 1 : 1000 / guessPerSecond / meanExcessMs
  return Math.max(LEAST_FREE, Math.min(1 - rate / guessPerSecond, byExcess))
}

function excessOf(
  latencies: Latencies,
  { milliseconds }: LatencyLimit,
): { count: number; meanExcessMs: number } {
  let [count, sum] = [0, 0]
  for (const bar of latencies.bars()) {
    if (bar.upToMs <= milliseconds) continue
    count += bar.count
    sum += bar.count * (bar.upToMs - milliseconds)
  }
  return { count, meanExcessMs: count === 0 ? 0 : sum / count }
}
