import { readTrace } from '../../../bench/load/read-trace.ts'
import type { ArrivalPattern, Load } from '../../../bench/load.ts'
import type { BenchSettings } from '../../bench-settings.ts'
import { usageError } from '../../usage-error.ts'

/** What is measured of each target. */
export type BenchPlan = LookPlan | LoadPlan | MaxPlan

/** Nothing was asked for: how fast it answers one client, what it can do at most, and what users see at half of that. */
export interface LookPlan {
  readonly kind: 'look'
  readonly rounds: number
  readonly alone: Load
  readonly most: Load
  /** The open load at so many requests a second. */
  half(ratePerSecond: number): Load
}

/** One load, that was asked for. */
export interface LoadPlan {
  readonly kind: 'load'
  readonly rounds: number
  readonly load: Load
}

/** The largest rate within a limit. */
export interface MaxPlan {
  readonly kind: 'max'
  readonly p99Ms: number
  /** Of the closed loop from which the search begins. */
  readonly guess: Load
  /** Of a load of the search; absent for its own. */
  readonly leastSeconds: number | undefined
  /** The load at a rate of the search. */
  at(ratePerSecond: number, seconds: number, seed: number): Load
}

/** Enough for any small server to have always something to do. */
const MANY_CONNECTIONS = 32
const ROUNDS_OF_SEVERAL = 6

/**
 * @param targets how many there are.
 * @throws ServingError INVALID_PARAMETER_VALUE for settings that do not go together
 */
export async function planLoads(settings: BenchSettings, targets: number): Promise<BenchPlan> {
  checkTogether(settings, targets)
  const rounds = settings.rounds ?? (targets === 1 ? 1 : ROUNDS_OF_SEVERAL)
  const { connections, ratePerSecond, arrivals, findMax } = settings
  if (findMax) return planMax(settings)
  if (connections !== undefined) return { kind: 'load', rounds, load: closed(settings, connections, targets) }
  const pattern = await patternOf(arrivals)
  const rate = pattern.kind === 'trace' ? rateOf(pattern.timesMs) : ratePerSecond
  if (rate === undefined) return planLook(settings, rounds, targets)
  return { kind: 'load', rounds, load: { ...open(settings, rate, targets), arrivals: pattern } }
}

function checkTogether(settings: BenchSettings, targets: number): void {
  const { connections, ratePerSecond, arrivals, findMax, p99Ms, samplesFile, rounds } = settings
  const loads = [
    ...(connections === undefined ? [] : ['--connections']),
    ...(ratePerSecond === undefined ? [] : ['--rate']),
    ...(arrivals?.kind === 'trace' ? ['--arrivals trace:…'] : []),
    ...(findMax ? ['--find-max'] : []),
  ]
  if (loads.length > 1) throw usageError(`${loads.join(' and ')} are different loads: choose one of them`)
  if (arrivals !== undefined && arrivals.kind !== 'trace' && ratePerSecond === undefined) {
    throw usageError('--arrivals needs --rate, which says how many requests arrive in a second')
  }
  if (findMax !== (p99Ms !== undefined)) {
    throw usageError('--find-max and --p99 belong together: --find-max --p99 20ms')
  }
  if (findMax && rounds !== undefined)
    throw usageError('--rounds is of no use to --find-max, which repeats what it finds')
  if (samplesFile !== undefined && (targets > 1 || (rounds ?? 1) > 1 || loads.length === 0 || findMax)) {
    throw usageError('--samples is for a single load on a single target: add --rate or --connections')
  }
}

function planLook(settings: BenchSettings, rounds: number, targets: number): LookPlan {
  const short = { ...settings, durationMs: settings.durationMs ?? (targets === 1 ? 4000 : 2000) }
  return {
    kind: 'look',
    rounds,
    alone: closed(short, 1, targets),
    most: closed(short, MANY_CONNECTIONS, targets),
    half: (ratePerSecond) => open(settings, ratePerSecond, targets),
  }
}

function planMax(settings: BenchSettings): MaxPlan {
  const leastSeconds = settings.durationMs === undefined ? undefined : settings.durationMs / 1000
  // A queue as long as the limit takes some times that to fill.
  const warmUpMs = settings.warmUpMs ?? Math.min(5000, Math.max(500, 5 * (settings.p99Ms ?? 0)))
  return {
    kind: 'max',
    p99Ms: settings.p99Ms ?? Number.NaN,
    guess: { ...closed(settings, MANY_CONNECTIONS, 1), durationMs: 2000 },
    leastSeconds,
    at: (ratePerSecond, seconds, seed) => {
      const durationMs = seconds * 1000
      const load = open({ ...settings, durationMs, warmUpMs }, ratePerSecond, 1)
      return { ...load, seed }
    },
  }
}

function open(settings: BenchSettings, ratePerSecond: number, targets: number) {
  return { kind: 'open', ratePerSecond, arrivals: { kind: 'poisson' }, ...times(settings, targets) } as const
}

function closed(settings: BenchSettings, connections: number, targets: number) {
  return { kind: 'closed', connections, ...times(settings, targets) } as const
}

function times({ durationMs, warmUpMs, timeoutMs, seed }: BenchSettings, targets: number) {
  const measuredMs = durationMs ?? (targets === 1 ? 10_000 : 3000)
  return { durationMs: measuredMs, warmUpMs: warmUpMs ?? Math.max(1000, measuredMs / 5), timeoutMs, seed }
}

async function patternOf(choice: BenchSettings['arrivals']): Promise<ArrivalPattern> {
  if (choice === undefined) return { kind: 'poisson' }
  return choice.kind === 'trace' ? { kind: 'trace', timesMs: await readTrace(choice.file) } : choice
}

/** Mean rate of a recording. */
function rateOf(timesMs: readonly number[]): number {
  const lastMs = timesMs.at(-1) ?? 0
  if (lastMs === 0) throw usageError('--arrivals: a trace needs two arrivals at different times')
  return timesMs.length / (lastMs / 1000)
}
