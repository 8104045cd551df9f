import { Latencies } from '../../../src/bench/latencies.ts'
import type { Load } from '../../../src/bench/load.ts'
import type { Measurement, SecondOutcome } from '../../../src/bench/measurement.ts'
import { answersOf, poissonArrivals, type SimulatedQueue } from './simulated-queue.ts'

export interface SimulatedServer extends SimulatedQueue {
  readonly name?: string
  /** The generator cannot send more than so many a second. */
  readonly ceiling?: number
}

/** What a Poisson load on it shows. @param warmUpMs before it is measured: the queue has to fill. */
export async function simulate(
  server: SimulatedServer,
  ratePerSecond: number,
  seconds: number,
  seed: number,
  warmUpMs = 500,
): Promise<Measurement> {
  const arrivals = poissonArrivals(ratePerSecond, warmUpMs + seconds * 1000, seed)
  const answers = answersOf(server, arrivals, seed)
  const latencies = await Latencies.open()
  const ofSecond = latencies.empty()
  const bySecond: SecondOutcome[] = []
  for (let second = 0, place = firstFrom(arrivals, warmUpMs); second < Math.ceil(seconds); second += 1) {
    ofSecond.clear()
    let [offered, failed] = [0, 0]
    for (; (arrivals[place] ?? Number.NaN) < warmUpMs + 1000 * (second + 1); place += 1) {
      const latency = answers[place]!
      offered += 1
      if (Number.isNaN(latency)) failed += 1
      else {
        latencies.record(latency)
        ofSecond.record(latency)
      }
    }
    bySecond.push({
      ...{ second, offered, failed, answered: offered - failed },
      ...{ p50Ms: ofSecond.percentileMs(50), p99Ms: ofSecond.percentileMs(99) },
      ...{ serverCpu: (ratePerSecond * server.serviceMs) / 1000, serverMemory: 120e6 + second * 1e6 },
    })
  }
  const offered = bySecond.reduce((sum, each) => sum + each.offered, 0)
  const failed = bySecond.reduce((sum, each) => sum + each.failed, 0)
  const keptUp = ratePerSecond <= (server.ceiling ?? Number.POSITIVE_INFINITY)
  const load: Load = {
    ...{ kind: 'open', ratePerSecond, arrivals: { kind: 'poisson' } },
    ...{ warmUpMs, durationMs: seconds * 1000, timeoutMs: 10_000, seed },
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
    overTime: bySecond,
    stagesMs: { queue: latencies.summary().mean / 2, inference: server.serviceMs * 0.8, parse: 0.02 },
    generator: {
      ...{ threads: 2, busyShare: 0.31, connections: 12, waited: 0, wasLimit: !keptUp },
      lagMs: { count: offered, mean: 0.03, p50: 0.02, p90: 0.05, p99: 0.2, p999: 0.4, max: 0.9 },
    },
    server: { cpu: 0.82, cpuMsPerRequest: server.serviceMs, memory: 130e6 },
    valid: keptUp,
    faults: keptUp ? [] : ['One request in a hundred was sent 7.1 ms late: the generator was the limit'],
  }
}

function firstFrom(arrivals: Float64Array, time: number): number {
  const place = arrivals.findIndex((arrival) => arrival >= time)
  return place === -1 ? arrivals.length : place
}
