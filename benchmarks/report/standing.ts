import type { ClosedLoad, ContestantResult, LargestRate, Round, ScenarioResult } from '../contest/result.ts'
import { median } from '../lib/report.ts'

/** What a contestant reached in a scenario: medians of its rounds. NaN where nothing was measured. */
export interface Standing {
  readonly peer: string
  readonly config: string
  /** `MLServer, tuned`; the title alone of what is no server. */
  readonly name: string
  readonly title: string
  readonly kind: ContestantResult['kind']
  readonly startMs: number
  readonly rssBytes: number
  readonly pssBytes: number
  /** Fewest connections first. The loop of an engine is one load of no connections. */
  readonly loads: readonly LoadFigures[]
  readonly failed: number
  readonly requests: number
  readonly largestRate: LargestRate | undefined
}

export interface LoadFigures {
  readonly connections: number
  readonly perSecond: Spread
  readonly p50Us: number
  readonly p99Us: number
  readonly cpuUs: number
  /** In every round others were at work: the rate is a lower bound and the latency an upper. */
  readonly disturbed: boolean
}

export interface Spread {
  readonly median: number
  readonly least: number
  readonly most: number
}

/** @returns servers first, then what they are held against; the fastest first. */
export function standings({ contestants }: Pick<ScenarioResult, 'contestants'>): readonly Standing[] {
  return contestants.map(standing).sort((one, other) => {
    const kinds = Number(one.kind !== 'server') - Number(other.kind !== 'server')
    return kinds === 0 ? rateOf(other) - rateOf(one) : kinds
  })
}

function standing(contestant: ContestantResult): Standing {
  const { peer, config, title, kind, rounds, largestRate } = contestant
  const loads = rounds.flatMap((round) => round.loads)
  return {
    ...{ peer, config, title, kind, largestRate },
    name: kind === 'server' ? `${title}, ${config}` : title,
    startMs: kind === 'engine' ? Number.NaN : middle(rounds, ({ startMs }) => startMs),
    rssBytes: middle(rounds, ({ memory }) => memory.rssBytes),
    pssBytes: middle(rounds, ({ memory }) => memory.pssBytes),
    loads: loadFigures(rounds),
    failed: sum(loads.map((load) => load.failed)),
    requests: sum(loads.map((load) => load.requests)),
  }
}

function loadFigures(rounds: readonly Round[]): readonly LoadFigures[] {
  const loads = rounds.flatMap((round) => round.loads)
  const byConnections = Map.groupBy(loads, ({ connections }) => connections)
  return [...byConnections.entries()]
    .sort(([one], [other]) => one - other)
    .map(([connections, same]) => figuresOf(connections, same))
}

/** Where one round was left alone, those that were not do not count. */
function figuresOf(connections: number, loads: readonly ClosedLoad[]): LoadFigures {
  const undisturbed = loads.filter((load) => !load.disturbed)
  const disturbed = undisturbed.length === 0
  const counted = disturbed ? loads : undisturbed
  const rates = counted.map((load) => load.requestsPerSecond)
  return {
    connections,
    perSecond: { median: median(rates), least: Math.min(...rates), most: Math.max(...rates) },
    p50Us: middle(counted, ({ p50Us }) => p50Us),
    p99Us: middle(counted, ({ p99Us }) => p99Us),
    cpuUs: middle(counted, ({ cpuUs }) => cpuUs),
    disturbed,
  }
}

/** The load with the most connections; undefined for one that ended before it had any. */
export function busiest({ loads }: Standing): LoadFigures | undefined {
  return loads.at(-1)
}

/** Requests a second at the most connections, 0 where there are none. */
export function rateOf(standing: Standing): number {
  return busiest(standing)?.perSecond.median ?? 0
}

/** @returns of each peer the configuration with the highest rate, in the order of their first. */
export function bestOfEach(all: readonly Standing[]): readonly Standing[] {
  const byPeer = Map.groupBy(all, ({ peer }) => peer)
  return [...byPeer.values()].flatMap(
    (same) => same.toSorted((one, other) => rateOf(other) - rateOf(one))[0] ?? [],
  )
}

function middle<Item>(items: readonly Item[], value: (item: Item) => number): number {
  return median(items.map(value).filter((number) => !Number.isNaN(number)))
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
