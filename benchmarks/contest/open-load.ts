import type { Probe } from '../../src/bench/search/rate-search.ts'
import { type OpenFigures, openLoop } from '../load/open-loop.ts'
import { cpuMeter, quiet } from './cpu-meter.ts'
import type { ProcessGroup } from './process-group.ts'
import type { OpenLoad, Settings } from './result.ts'

/** A server that is asked at random times, and how. */
export interface OpenLoadPlan {
  readonly url: string
  readonly bodyFile: string
  readonly headers: Readonly<Record<string, string>>
  readonly group: Pick<ProcessGroup, 'cpuSeconds'>
  readonly settings: Settings
}

export interface OpenLoadTurn {
  /** Requests a second, on average. */
  readonly rate: number
  readonly seconds: number
  /** The same seed gives the same arrivals. */
  readonly seed: number
}

export interface OpenLoadOutcome {
  readonly load: OpenLoad
  readonly probe: Probe
}

/** The same as the most of the closed loops. */
const CONNECTIONS = 64
const QUIET_WAIT_MS = 3000
const WARM_SECONDS = 0.5

/** Of the limit, that the generator may be late with 1 of 100 requests. */
const LATE_SHARE = 0.1

/** Of its time, that the generator may be at work. */
const MOST_BUSY_SHARE = 0.95

/** One load of Poisson arrivals, and whether 99 of 100 were answered within the limit of the settings, and none failed. */
export async function openLoad(plan: OpenLoadPlan, turn: OpenLoadTurn): Promise<OpenLoadOutcome> {
  const { url, bodyFile, headers, group, settings } = plan
  if (!settings.quick) await quiet(group, settings, QUIET_WAIT_MS)
  const meter = cpuMeter(group, settings)
  const figures = await openLoop({
    ...{ url, bodyFile, headers, ...turn, connections: CONNECTIONS, cpus: settings.loadCpus },
    warmSeconds: WARM_SECONDS,
    drainSeconds: Math.max(1, (2 * settings.p99LimitMs) / 1000),
  })
  const cpu = meter()
  const probe = { ...judged(figures, settings), doubtful: cpu.disturbed }
  return { load: { ...figures, ...cpu, passed: probe.passed && !probe.sentLate }, probe }
}

function judged(figures: OpenFigures, { p99LimitMs }: Settings): Pick<Probe, 'passed' | 'sentLate'> {
  const { due, answered, p99Us, lateP99Us, busyShare } = figures
  const limitUs = p99LimitMs * 1000
  const passed = due > 0 && answered === due && p99Us !== null && p99Us <= limitUs
  return { passed, sentLate: lateP99Us > limitUs * LATE_SHARE || (!passed && busyShare > MOST_BUSY_SHARE) }
}
