import { grpcStatusName } from './generator/grpc-status.ts'
import type { LoadResult, Outcome } from './generator/load-result.ts'
import type { Load } from './load.ts'
import type { Measurement, PayloadOutcome, SecondOutcome } from './measurement.ts'
import type { ResourceWatch } from './resource-watch.ts'
import type { BenchTarget } from './target.ts'

/** What a load showed, in the words of reports. */
export function measurementOf(
  target: BenchTarget,
  load: Load,
  result: LoadResult,
  resources: ResourceWatch,
): Measurement {
  const { total, seconds, stages, lagMs, threads, busyShare, starvedShare } = result
  const { connections, waited, wasLimit, valid, faults } = result
  return {
    target: target.name,
    load,
    seconds,
    offered: total.offered,
    answered: total.right,
    ...failuresOf(target, result),
    latencyMs: total.latencyMs,
    histogram: total.histogram,
    byPayload: Object.fromEntries(
      Object.entries(result.byRequest).map(([name, outcome]) => [name, payloadOutcome(outcome)]),
    ),
    overTime: secondsOf(result, resources),
    stagesMs: Object.fromEntries(
      Object.entries(stages).map(([name, { totalMs, count }]) => [name, totalMs / count]),
    ),
    generator: {
      ...{ threads, lagMs, busyShare, connections, waited, wasLimit },
      ...(starvedShare !== undefined && { starvedShare }),
    },
    server: resources.total(total.right),
    valid,
    faults,
  }
}

/** All that is no right answer, each under one name. A status is a failure where its payload expected another. */
function failuresOf(
  { payloads, transport }: BenchTarget,
  { byRequest }: LoadResult,
): Pick<Measurement, 'failures' | 'failureExamples'> {
  const failures: Record<string, number> = {}
  const failureExamples: Record<string, string> = {}
  const count = (kind: string, times: number, example = kind) => {
    if (times === 0) return
    failures[kind] = (failures[kind] ?? 0) + times
    failureExamples[kind] ??= example
  }
  for (const [name, { answers, errors, timeouts, examples, right }] of Object.entries(byRequest)) {
    const expected = payloads.find((payload) => payload.name === name)?.expected.status
    for (const [status, times] of Object.entries(answers)) {
      const kind = transport === 'grpc' ? grpcStatusName(status) : status
      count(kind, Number(status) === expected ? times - right : times, examples[status])
    }
    for (const [code, times] of Object.entries(errors)) count(code, times, examples[code])
    count('timeout', timeouts, examples['timeout'])
  }
  return { failures, failureExamples }
}

function payloadOutcome({ offered, right, latencyMs }: Outcome): PayloadOutcome {
  return { offered, answered: right, latencyMs }
}

function secondsOf({ overTime }: LoadResult, resources: ResourceWatch): readonly SecondOutcome[] {
  return overTime.map(({ offered, right, failed, p50Ms, p99Ms }, second) => {
    const server = resources.ofSecond(second)
    return {
      ...{ second, offered, answered: right, failed, p50Ms, p99Ms },
      serverCpu: server?.cpu,
      serverMemory: server?.memory,
    }
  })
}
