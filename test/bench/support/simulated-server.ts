import { Latencies } from '../../../src/bench/latencies.ts'
import type { Load } from '../../../src/bench/load.ts'
import type { Measurement, SecondOutcome } from '../../../src/bench/measurement.ts'
import { seededRandom } from '../../../src/core/seeded-random.ts'

/** One that answers in order of arrival, each after its service time. */
export interface SimulatedServer {
  readonly serviceMs: number
  /** Service times differ (exponential) or are all the same. */
  readonly exponential?: boolean
  /** Of all answers, from 0 to 1. */
  readonly failures?: number
  readonly name?: string
  /** The generator cannot send more than so many a second. */
  readonly ceiling?: number
}

/** What a Poisson load on it shows: waiting times by Lindley's recursion. */
export async function simulate(
  server: SimulatedServer,
  ratePerSecond: number,
  seconds: number,
  seed: number,
): Promise<Measurement> {
  const random = seededRandom(seed * 7919)
  const latencies = await Latencies.open()
  const bySecond = Array.from({ length: Math.ceil(seconds) }, () => ({
    offered: 0,
    failed: 0,
    own: latencies.empty(),
  }))
  let [now, free, failed, offered] = [0, 0, 0, 0]
  for (;;) {
    now += (-Math.log(1 - random()) * 1000) / ratePerSecond
    if (now >= seconds * 1000) break
    offered += 1
    const service =
      server.exponential === true ? -Math.log(1 - random()) * server.serviceMs : server.serviceMs
    free = Math.max(free, now) + service
    const second = bySecond[Math.floor(now / 1000)]!
    second.offered += 1
    if (random() < (server.failures ?? 0)) {
      failed += 1
      second.failed += 1
    } else {
      latencies.record(free - now)
      second.own.record(free - now)
    }
  }
  const keptUp = ratePerSecond <= (server.ceiling ?? Number.POSITIVE_INFINITY)
  const load: Load = {
    ...{ kind: 'open', ratePerSecond, arrivals: { kind: 'poisson' } },
    ...{ warmUpMs: 0, durationMs: seconds * 1000, timeoutMs: 10_000, seed },
  }
  return {
    target: server.name ?? 'simulated',
    load,
    seconds,
    offered,
    answered: offered - failed,
    failures: failed > 0 ? { 503: failed } : {},
    failureExamples: failed > 0 ? { 503: '{"error_code": "TEMPORARILY_UNAVAILABLE"}' } : {},
    latencyMs: latencies.summary(),
    histogram: latencies.encode(),
    byPayload: {},
    overTime: bySecond.map(({ offered, failed, own }, second): SecondOutcome => {
      const { p50, p99 } = own.summary()
      return {
        ...{ second, offered, failed, answered: offered - failed, p50Ms: p50, p99Ms: p99 },
        ...{ serverCpu: (ratePerSecond * server.serviceMs) / 1000, serverMemory: 120e6 + second * 1e6 },
      }
    }),
    stagesMs: { queue: latencies.summary().mean / 2, inference: server.serviceMs * 0.8, parse: 0.02 },
    generator: {
      ...{ threads: 2, busyShare: 0.31, connections: 12, waited: 0 },
      lagMs: { count: offered, mean: 0.03, p50: 0.02, p90: 0.05, p99: 0.2, p999: 0.4, max: 0.9 },
    },
    server: { cpu: 0.82, cpuMsPerRequest: server.serviceMs, memory: 130e6 },
    valid: keptUp,
    faults: keptUp ? [] : ['One request in a hundred was sent 7.1 ms late: the generator was the limit'],
  }
}
