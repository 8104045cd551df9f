import { generateLoad } from '../../src/bench/generator/generate-load.ts'
import type { LoadResult } from '../../src/bench/generator/load-result.ts'
import { closedLoop } from '../load/closed-loop.ts'
import { withPeakMemory } from './peak-memory.ts'
import { LOAD_CPUS } from './peers.ts'
import type { Server } from './server.ts'

export interface OverloadPlan {
  readonly server: Server
  readonly bodyFile: string
  /** Of the closed loop that finds out what the server can do. */
  readonly connections: number
  /** What is offered, as multiples of that. */
  readonly multiples: readonly number[]
  /** Within which an answer is of use. */
  readonly deadlineMs: number
  /** Whether the server is told of it, in `X-Headrace-Timeout-Ms`. */
  readonly tellsDeadline: boolean
  readonly seconds: number
  /** Threads of the generator; 1 unless set. */
  readonly threads?: number
}

export interface Overload {
  readonly multiple: number
  /** Of the capacity, answered 200 within the deadline. */
  readonly goodput: number
  readonly peakMb: number
  readonly result: LoadResult
}

export interface Overloaded {
  /** Answers a second of a closed loop. */
  readonly capacity: number
  readonly steps: readonly Overload[]
  /** Memory before any load and a while after all of it, in MB. */
  readonly residentMb: { readonly before: number; readonly after: number }
}

/** More requests at a time than this are those of no real set of clients. */
const MOST_CONNECTIONS = 2000

/** Finds a server's capacity in a closed loop, then offers it multiples of that, whatever it answers. */
export async function overload(plan: OverloadPlan): Promise<Overloaded> {
  const { server, multiples } = plan
  const before = megabytes(server)
  const capacity = await capacityOf(plan)
  const steps: Overload[] = []
  for (const multiple of multiples) {
    const { result, peakMb } = await withPeakMemory(server, () => offer(plan, multiple * capacity))
    steps.push({ multiple, goodput: result.goodputPerSecond / capacity, peakMb, result })
  }
  return { capacity, steps, residentMb: { before, after: megabytes(server) } }
}

/** The better of two rounds, after a first one to get warm. */
async function capacityOf({ server, bodyFile, connections, seconds }: OverloadPlan): Promise<number> {
  const plan = { url: server.url, bodyFile, connections, cpus: LOAD_CPUS }
  const rates: number[] = []
  for (let round = 0; round < 3; round += 1) {
    const { requestsPerSecond, failed } = await closedLoop({ ...plan, seconds: Math.ceil(seconds / 2) })
    if (failed > 0) console.log(`${server.plan.name}: ${failed} requests of the closed loop failed`)
    if (round > 0) rates.push(requestsPerSecond)
  }
  return Math.max(...rates)
}

function offer(plan: OverloadPlan, ratePerSecond: number): Promise<LoadResult> {
  const { server, deadlineMs, tellsDeadline, seconds, threads = 1 } = plan
  const { origin, pathname } = new URL(server.url)
  const headers = {
    'content-type': 'application/json',
    ...(tellsDeadline ? { 'x-headrace-timeout-ms': String(deadlineMs) } : {}),
  }
  return generateLoad({
    origin,
    requests: [{ name: 'row', path: pathname, headers, body: server.plan.body }],
    ratePerSecond,
    durationMs: seconds * 1000,
    warmUpMs: 2000,
    deadlineMs,
    timeoutMs: 10_000,
    maxConnections: MOST_CONNECTIONS,
    threads,
  })
}

function megabytes(server: Server): number {
  return Math.round(server.residentBytes() / 1e6)
}

export function printOverload(name: string, { capacity, steps, residentMb }: Overloaded): void {
  console.log(`${name}: ${Math.round(capacity)} requests/s in a closed loop`)
  console.table(
    steps.map(({ multiple, goodput, peakMb, result: { total, lagMs, connections, waited, valid } }) => ({
      offered: `${multiple}x`,
      'in time': `${(goodput * 100).toFixed(1)} %`,
      'p50 ms': total.latencyMs.p50,
      'p99 ms': total.latencyMs.p99,
      refused: Object.entries(total.answers)
        .filter(([status]) => status !== '200')
        .map(([status, count]) => `${status}: ${((count / total.offered) * 100).toFixed(1)} %`)
        .join(', '),
      'refused p99 ms': total.otherLatencyMs.p99,
      'retry-after': Object.keys(total.retryAfter).join(' '),
      failed: total.timeouts + Object.values(total.errors).reduce((sum, count) => sum + count, 0),
      connections: `${connections}${waited > 0 ? ` (${waited} waited)` : ''}`,
      'peak MB': peakMb,
      'lag p99 ms': `${lagMs.p99}${valid ? '' : ' INVALID'}`,
    })),
  )
  console.log(`resident MB: ${residentMb.before} before, ${residentMb.after} after`)
}
