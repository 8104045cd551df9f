import { type OpenFigures, openLoop } from '../load/open-loop.ts'
import { cpuMeter, quiet } from './cpu-meter.ts'
import type { ProcessGroup } from './process-group.ts'
import { type Probe, RateSearch, type RateSearchLimits } from './rate-search.ts'
import type { LargestRate, OpenLoad, Settings } from './result.ts'

export interface LargestRatePlan {
  readonly url: string
  readonly bodyFile: string
  readonly headers: Readonly<Record<string, string>>
  readonly group: Pick<ProcessGroup, 'cpuSeconds'>
  readonly settings: Settings
  /** Requests a second that the server answers in a closed loop of 64 connections. */
  readonly guess: number
}

/** The same as those of the closed loop. */
const CONNECTIONS = 64
const QUIET_WAIT_MS = 3000
const WARM_SECONDS = 0.5

const LIMITS: RateSearchLimits = { probes: 10, precision: 0.05 }
const QUICK_LIMITS: RateSearchLimits = { probes: 2, precision: 0.05 }

/** A 99th percentile of fewer means little. */
const LEAST_DUE = 200
const SECONDS = 2
const MOST_SECONDS = 8

/** Of the limit, that the generator may be late with 1 of 100 requests. */
const LATE_SHARE = 0.1

/** Of its time, that the generator may be at work. */
const MOST_BUSY_SHARE = 0.95

/** The largest rate of Poisson arrivals at which all are answered, and 99 of 100 within the limit of the settings. */
export async function largestRate(plan: LargestRatePlan): Promise<LargestRate> {
  const { settings, guess } = plan
  const search = new RateSearch(Math.max(1, guess), settings.quick ? QUICK_LIMITS : LIMITS)
  const steps: OpenLoad[] = []
  for (let rate = search.next; rate !== undefined; rate = search.next) {
    const step = await oneStep(plan, rate, steps.length + 1)
    search.add(step.probe)
    steps.push({ ...step.load, passed: step.probe.passed && !step.probe.sentLate })
  }
  return { ...search.found, steps }
}

interface Step {
  readonly load: Omit<OpenLoad, 'passed'>
  readonly probe: Probe
}

async function oneStep(plan: LargestRatePlan, rate: number, seed: number): Promise<Step> {
  const { url, bodyFile, headers, group, settings } = plan
  if (!settings.quick) await quiet(group, settings, QUIET_WAIT_MS)
  const meter = cpuMeter(group, settings)
  const figures = await openLoop({
    ...{ url, bodyFile, headers, rate, seed, connections: CONNECTIONS, cpus: settings.loadCpus },
    ...{ seconds: secondsAt(rate, settings), warmSeconds: WARM_SECONDS },
    drainSeconds: Math.max(1, (2 * settings.p99LimitMs) / 1000),
  })
  const cpu = meter()
  return { load: { ...figures, ...cpu }, probe: { ...judged(figures, settings), disturbed: cpu.disturbed } }
}

function judged(figures: OpenFigures, { p99LimitMs }: Settings): Pick<Probe, 'passed' | 'sentLate'> {
  const { due, answered, p99Us, lateP99Us, busyShare } = figures
  const limitUs = p99LimitMs * 1000
  const passed = due > 0 && answered === due && p99Us !== null && p99Us <= limitUs
  return { passed, sentLate: lateP99Us > limitUs * LATE_SHARE || (!passed && busyShare > MOST_BUSY_SHARE) }
}

/** Long enough for a percentile, within reason. */
function secondsAt(rate: number, { quick }: Settings): number {
  if (quick) return 1
  return Math.min(MOST_SECONDS, Math.max(SECONDS, LEAST_DUE / rate))
}
