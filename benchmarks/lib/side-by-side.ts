import { type ClosedFigures, closedLoop } from '../load/closed-loop.ts'
import { LOAD_CPUS } from './peers.ts'
import { median } from './report.ts'
import { Server, type ServerPlan } from './server.ts'

export interface Comparison {
  readonly plans: readonly ServerPlan[]
  readonly bodyFile: string
  readonly connections: number
  readonly rounds: number
  readonly seconds: number
  /** Done with each server once it answers, before it is loaded. */
  readonly beforeLoad?: (server: Server) => Promise<void>
  /** Done with each server after its last round. */
  readonly afterLoad?: (server: Server) => Promise<void>
}

export interface Side {
  readonly name: string
  readonly requestsPerSecond: number
  readonly p50Us: number
  readonly p99Us: number
  /** Processor time of the server for a request, which tells more than the rate on a machine that does other work too. */
  readonly cpuUs: number
  readonly rounds: readonly Round[]
}

export interface Round extends ClosedFigures {
  readonly cpuUs: number
}

/** Loads all servers in turn, in one run, the order reversed each round; the median round counts. */
export async function sideBySide(comparison: Comparison): Promise<readonly Side[]> {
  const servers = comparison.plans.map((plan) => new Server(plan))
  try {
    for (const server of servers) await server.firstPrediction()
    for (const server of servers) await comparison.beforeLoad?.(server)
    const rounds = new Map<string, Round[]>(servers.map((server) => [server.plan.name, []]))
    for (const server of servers) await one(server, comparison, 2)
    for (let round = 0; round < comparison.rounds; round++) {
      const order = round % 2 === 0 ? servers : [...servers].reverse()
      for (const server of order) {
        rounds.get(server.plan.name)?.push(await one(server, comparison, comparison.seconds))
      }
    }
    for (const server of servers) await comparison.afterLoad?.(server)
    return [...rounds].map(([name, results]) => summary(name, results))
  } finally {
    for (const server of servers) await server.stop()
  }
}

async function one(server: Server, comparison: Comparison, seconds: number): Promise<Round> {
  const { bodyFile, connections } = comparison
  const cpuBefore = server.cpuSeconds()
  const result = await closedLoop({ url: server.url, bodyFile, connections, seconds, cpus: LOAD_CPUS })
  if (result.failed > 0) throw new Error(`${server.plan.name}: ${result.failed} requests failed`)
  return { ...result, cpuUs: ((server.cpuSeconds() - cpuBefore) / result.requests) * 1e6 }
}

function summary(name: string, rounds: readonly Round[]): Side {
  return {
    name,
    requestsPerSecond: median(rounds.map((round) => round.requestsPerSecond)),
    p50Us: median(rounds.map((round) => round.p50Us)),
    p99Us: median(rounds.map((round) => round.p99Us)),
    cpuUs: median(rounds.map((round) => round.cpuUs)),
    rounds,
  }
}

export function printSides(sides: readonly Side[]): void {
  const shown = sides.map(({ name, requestsPerSecond, p50Us, p99Us, cpuUs }) => ({
    name,
    'requests/s': Math.round(requestsPerSecond),
    'p50 ms': p50Us / 1000,
    'p99 ms': p99Us / 1000,
    'cpu us': Number(cpuUs.toPrecision(3)),
  }))
  console.table(shown)
}

export function ratio(sides: readonly Side[], of: string, to: string): number {
  const rate = (name: string): number =>
    sides.find((side) => side.name === name)?.requestsPerSecond ?? Number.NaN
  return rate(of) / rate(to)
}
