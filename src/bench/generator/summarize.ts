import { Latencies } from '../latencies.ts'
import { faultsOf, generatorFaults } from './faults.ts'
import type { SettledPlan } from './load-plan.ts'
import type { LoadResult, Outcome, Second } from './load-result.ts'
import type { ShareResult } from './messages.ts'
import { StageSums } from './server-timing.ts'
import { Tally } from './tally.ts'

/** What all threads together have recorded. */
export async function summarize(plan: SettledPlan, results: readonly ShareResult[]): Promise<LoadResult> {
  const { total, byRequest } = await outcomes(plan, results)
  const stages = new StageSums()
  for (const result of results) stages.merge(result.stages)
  const starved = results.map(({ starvedShare }) => starvedShare).filter((share) => share !== undefined)
  const seconds = plan.durationMs / 1000
  const figures = {
    threads: plan.threads,
    lagMs: (await Latencies.merge(results.map(({ lag }) => lag))).summary(),
    busyShare: Math.max(...results.map(({ busyShare }) => busyShare)),
    starvedShare: starved.length === 0 ? undefined : Math.max(...starved),
    waited: plan.loop === 'closed' ? 0 : sum(results.map(({ waited }) => waited)),
    connections: sum(results.map(({ connections }) => connections)),
  }
  const faults = faultsOf(plan, total, figures)
  return {
    seconds,
    offeredPerSecond: total.offered / seconds,
    goodputPerSecond: total.inTime / seconds,
    total,
    byRequest,
    overTime: await overTime(results),
    stages: stages.sums(),
    ...figures,
    wasLimit: generatorFaults(plan, figures).length > 0,
    valid: faults.length === 0,
    faults,
  }
}

async function outcomes(plan: SettledPlan, results: readonly ShareResult[]) {
  const total = await Tally.open(plan.deadlineMs)
  const byRequest: Record<string, Outcome> = {}
  for (const name of new Set(plan.requests.map((request) => request.name))) {
    const tally = await Tally.open(plan.deadlineMs)
    for (const { tallies } of results) {
      tally.add(tallies.get(name)!)
      total.add(tallies.get(name)!)
    }
    byRequest[name] = tally.outcome()
  }
  return { total: total.outcome(), byRequest }
}

async function overTime(results: readonly ShareResult[]): Promise<readonly Second[]> {
  const latencies = await Latencies.open()
  const length = Math.max(...results.map((result) => result.overTime.length))
  return Array.from({ length }, (_, second) => {
    const parts = results.flatMap((result) => result.overTime[second] ?? [])
    latencies.clear()
    for (const { latency } of parts) if (latency !== '') latencies.add(latency)
    return {
      offered: sum(parts.map(({ offered }) => offered)),
      right: sum(parts.map(({ right }) => right)),
      failed: sum(parts.map(({ failed }) => failed)),
      p50Ms: latencies.percentileMs(50),
      p99Ms: latencies.percentileMs(99),
    }
  })
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
