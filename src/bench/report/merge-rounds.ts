import { Latencies } from '../latencies.ts'
import type { GeneratorFigures, Measurement, SecondOutcome, ServerResources } from '../measurement.ts'

/**
 * Several measurements of one target under one load as one: counts and times added, latencies of all requests, the worst
 * figures of the generator. What single payloads showed is kept of a single round alone: their percentiles cannot be added.
 * @param rounds at least one
 */
export async function mergeRounds(rounds: readonly Measurement[]): Promise<Measurement> {
  const [first, ...others] = rounds
  if (first === undefined) throw new RangeError('There are no rounds to merge')
  if (others.length === 0) return first
  const latencies = await Latencies.merge(rounds.map(({ histogram }) => histogram))
  const answered = sum(rounds, (round) => round.answered)
  return {
    ...{ target: first.target, load: first.load, answered },
    seconds: sum(rounds, (round) => round.seconds),
    offered: sum(rounds, (round) => round.offered),
    failures: addedCounts(rounds.map(({ failures }) => failures)),
    failureExamples: Object.assign({}, ...rounds.map(({ failureExamples }) => failureExamples)),
    latencyMs: { ...latencies.summary(), max: Math.max(...rounds.map(({ latencyMs }) => latencyMs.max)) },
    histogram: latencies.encode(),
    byPayload: {},
    overTime: oneAfterTheOther(rounds),
    stagesMs: meanStages(rounds),
    generator: generatorOf(rounds),
    server: serverOf(rounds),
    valid: rounds.every(({ valid }) => valid),
    faults: faultsOf(rounds),
  }
}

/** What several rounds say with other figures is said once, with those of the first. */
function faultsOf(rounds: readonly Measurement[]): readonly string[] {
  const kinds = Map.groupBy(
    rounds.flatMap(({ faults }) => faults),
    (fault) => fault.replaceAll(/\d+(\.\d+)?/g, '0'),
  )
  return [...kinds.values()].map((alike) => `${alike[0]} (in ${alike.length} of ${rounds.length} rounds)`)
}

function oneAfterTheOther(rounds: readonly Measurement[]): readonly SecondOutcome[] {
  return rounds.flatMap(({ overTime }) => overTime).map((second, at) => ({ ...second, second: at }))
}

/** Weighted by the answers of each round. */
function meanStages(rounds: readonly Measurement[]): Readonly<Record<string, number>> {
  const names = new Set(rounds.flatMap(({ stagesMs }) => Object.keys(stagesMs)))
  return Object.fromEntries(
    [...names].map((name) => {
      const bearing = rounds.filter(({ stagesMs }) => stagesMs[name] !== undefined)
      const weight = sum(bearing, ({ answered }) => answered)
      const total = sum(bearing, ({ stagesMs, answered }) => (stagesMs[name] ?? 0) * answered)
      return [name, weight === 0 ? 0 : total / weight]
    }),
  )
}

/** The worst of each figure; requests that waited are added up, as all requests are. */
function generatorOf(rounds: readonly Measurement[]): GeneratorFigures {
  const all = rounds.map(({ generator }) => generator)
  const starved = all.flatMap(({ starvedShare }) => starvedShare ?? [])
  return {
    threads: Math.max(...all.map(({ threads }) => threads)),
    lagMs: all.map(({ lagMs }) => lagMs).reduce((a, b) => (b.p99 > a.p99 ? b : a)),
    busyShare: Math.max(...all.map(({ busyShare }) => busyShare)),
    ...(starved.length > 0 && { starvedShare: Math.max(...starved) }),
    connections: Math.max(...all.map(({ connections }) => connections)),
    wasLimit: all.some(({ wasLimit }) => wasLimit),
    waited: sum(all, ({ waited }) => waited),
  }
}

function serverOf(rounds: readonly Measurement[]): ServerResources | undefined {
  const known = rounds.flatMap(({ server, answered, seconds }) =>
    server === undefined ? [] : [{ ...server, answered, seconds }],
  )
  const answered = sum(known, (each) => each.answered)
  if (known.length === 0) return undefined
  return {
    cpu: sum(known, ({ cpu, seconds }) => cpu * seconds) / sum(known, ({ seconds }) => seconds),
    cpuMsPerRequest:
      answered === 0 ? 0 : sum(known, (each) => each.cpuMsPerRequest * each.answered) / answered,
    memory: Math.max(...known.map(({ memory }) => memory)),
  }
}

function addedCounts(counts: readonly Readonly<Record<string, number>>[]): Readonly<Record<string, number>> {
  const added = new Map<string, number>()
  for (const [kind, count] of counts.flatMap(Object.entries<number>))
    added.set(kind, (added.get(kind) ?? 0) + count)
  return Object.fromEntries(added)
}

function sum<T>(items: readonly T[], read: (item: T) => number): number {
  return items.reduce((total, item) => total + read(item), 0)
}
