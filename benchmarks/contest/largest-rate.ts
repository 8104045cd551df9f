import { RateSearch, type RateSearchLimits } from '../../src/bench/search/rate-search.ts'
import { type OpenLoadPlan, openLoad } from './open-load.ts'
import type { LargestRate, OpenLoad, Settings } from './result.ts'

export interface LargestRatePlan extends OpenLoadPlan {
  /** Requests a second that the server answers in a closed loop of 64 connections. */
  readonly guess: number
}

const LIMITS: RateSearchLimits = { probes: 10, precision: 0.05 }
const QUICK_LIMITS: RateSearchLimits = { probes: 2, precision: 0.05 }

/** A 99th percentile of fewer means little. */
const LEAST_DUE = 200
const SECONDS = 2
const MOST_SECONDS = 8

/** The largest rate of Poisson arrivals at which all are answered, and 99 of 100 within the limit of the settings. */
export async function largestRate(plan: LargestRatePlan): Promise<LargestRate> {
  const { settings, guess } = plan
  const search = new RateSearch(Math.max(1, guess), settings.quick ? QUICK_LIMITS : LIMITS)
  const steps: OpenLoad[] = []
  for (let rate = search.next; rate !== undefined; rate = search.next) {
    const turn = { rate, seconds: secondsAt(rate, settings), seed: steps.length + 1 }
    const { load, probe } = await openLoad(plan, turn)
    search.add(probe)
    steps.push(load)
  }
  return { ...search.found, steps }
}

/** Long enough for a percentile, within reason. */
function secondsAt(rate: number, { quick }: Settings): number {
  if (quick) return 1
  return Math.min(MOST_SECONDS, Math.max(SECONDS, LEAST_DUE / rate))
}
