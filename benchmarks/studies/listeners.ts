/**
 * A model that runs inline, on three CPUs: three listeners in one process, three processes, or one listener. How evenly do few
 * connections fall, before anything is asked over them (as the kernel or the supervisor spreads them) and under load (when
 * listeners have given some up for another try); at what rates; how many connections were given up, and did any request
 * fail; start and memory. The scrape that tells of connections opens one itself. Five minutes; with `--quick`, shortly.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { countCpus } from '../contest/pinning.ts'
import {
  busiestShare,
  connectionCounts,
  connectionSpread,
  idleConnections,
} from '../lib/connection-spread.ts'
import { headrace, LOAD_CPUS, MODELS, SERVER_CPUS } from '../lib/peers.ts'
import { pinThisProcess } from '../lib/pin.ts'
import { installed, KEPT, QUICK } from '../lib/quick.ts'
import { keep, machine, median } from '../lib/report.ts'
import { settled } from '../lib/scrape.ts'
import { Server, type ServerPlan } from '../lib/server.ts'
import { closedLoop } from '../load/closed-loop.ts'
import { openLoop } from '../load/open-loop.ts'

const CONNECTIONS = QUICK ? [4, 16] : [4, 8, 16, 64]
const ROUNDS = QUICK ? 1 : 5
const SPREAD_ROUNDS = QUICK ? 3 : 25
const SECONDS = QUICK ? 1 : 2
const OPEN_RATE_PER_SECOND = 4_000
const UNDER_LOAD_MS = 700

const bodyFile = join(MODELS, 'tiny.body.json')
const body = readFileSync(bodyFile, 'utf8')
const count = String(countCpus(SERVER_CPUS))
const install = installed()

function plan(name: string, port: number, ...flags: readonly string[]): ServerPlan {
  const args = ['-m', join(MODELS, 'tiny'), ...flags]
  return { ...headrace(install, args, { port, body }), name }
}

const PLANS: readonly ServerPlan[] = [
  plan('listeners', 25_091, '--listeners', count),
  plan('processes', 25_092, '--processes', count),
  plan('one', 25_093, '--listeners', '1'),
]

interface Loaded {
  readonly server: string
  readonly connections: number
  /** Of the busiest, before anything was asked. */
  readonly shareAtFirst: number
  /** Of the busiest, under load. */
  readonly shareUnderLoad: number
  readonly requestsPerSecond: number
  readonly p50Us: number
  readonly p99Us: number
  readonly cpuUs: number
  /** Connections that were closed and opened anew in an open loop. */
  readonly reconnects: number
  /** Of the closed and the open loop. */
  readonly failed: number
}

async function started(plan: ServerPlan): Promise<{ server: Server; startMs: number }> {
  const server = new Server(plan)
  const startMs = await server.firstPrediction()
  await allServe(server)
  await settled(server)
  return { server, startMs }
}

/** Listeners and processes join one after the other: until the kernel spreads connections on all of them. */
async function allServe(server: Server): Promise<void> {
  const end = performance.now() + 10_000
  const expected = server.plan.name === 'one' ? 0 : Number(count)
  while (performance.now() < end) {
    if ((await connectionCounts(server)).length >= expected) return
    await sleep(50)
  }
  throw new Error(`${server.plan.name}: not all of them serve:\n${server.log}`)
}

async function shareAtFirst(server: Server, connections: number): Promise<number> {
  const shares: number[] = []
  for (let round = 0; round < SPREAD_ROUNDS; round += 1) {
    const close = await idleConnections(server, connections)
    await sleep(20)
    shares.push(busiestShare(await connectionSpread(server, connections)))
    close()
    await sleep(20)
  }
  return median(shares.filter((share) => !Number.isNaN(share)))
}

async function loaded(server: Server, connections: number): Promise<Loaded> {
  const cpuBefore = server.cpuSeconds()
  const load = closedLoop({ url: server.url, bodyFile, connections, seconds: SECONDS, cpus: LOAD_CPUS })
  await sleep(UNDER_LOAD_MS)
  const spread = await connectionSpread(server, connections)
  const closed = await load
  const cpuUs = ((server.cpuSeconds() - cpuBefore) / Math.max(1, closed.requests)) * 1e6
  const open = await openLoop({
    ...{ url: server.url, bodyFile, connections, cpus: LOAD_CPUS, seconds: SECONDS },
    ...{ rate: OPEN_RATE_PER_SECOND, warmSeconds: 0, seed: connections },
  })
  return {
    ...{ server: server.plan.name, connections },
    ...{ shareAtFirst: await shareAtFirst(server, connections), shareUnderLoad: busiestShare(spread) },
    ...{ requestsPerSecond: closed.requestsPerSecond, p50Us: closed.p50Us, p99Us: closed.p99Us, cpuUs },
    ...{ reconnects: open.reconnects, failed: closed.failed + open.failed + open.unanswered },
  }
}

/** Medians of the rounds; what failed, in all. */
function summary(rounds: readonly Loaded[]): Loaded {
  const middle = (value: (one: Loaded) => number): number =>
    median(rounds.map(value).filter((number) => !Number.isNaN(number)))
  return {
    ...rounds[0]!,
    shareAtFirst: middle((one) => one.shareAtFirst),
    shareUnderLoad: middle((one) => one.shareUnderLoad),
    requestsPerSecond: Math.round(middle((one) => one.requestsPerSecond)),
    p50Us: middle((one) => one.p50Us),
    p99Us: middle((one) => one.p99Us),
    cpuUs: Number(middle((one) => one.cpuUs).toPrecision(3)),
    reconnects: middle((one) => one.reconnects),
    failed: rounds.reduce((sum, { failed }) => sum + failed, 0),
  }
}

pinThisProcess(LOAD_CPUS)
console.log(machine())
const rounds: Loaded[] = []
const starts: { server: string; startMs: number; residentBytes: number; proportionalBytes: number }[] = []
for (let round = 0; round < ROUNDS; round += 1) {
  for (const one of round % 2 === 0 ? PLANS : [...PLANS].reverse()) {
    const { server, startMs } = await started(one)
    try {
      await closedLoop({ url: server.url, bodyFile, connections: 8, seconds: 2, cpus: LOAD_CPUS })
      for (const connections of CONNECTIONS) rounds.push(await loaded(server, connections))
      const memory = { residentBytes: server.residentBytes(), proportionalBytes: server.proportionalBytes() }
      starts.push({ server: one.name, startMs, ...memory })
    } finally {
      await server.stop()
    }
  }
}
const byLoad = Map.groupBy(rounds, ({ server, connections }) => `${server} ${connections}`)
const loads = [...byLoad.values()].map(summary)
const servers = [...Map.groupBy(starts, ({ server }) => server)].map(([server, same]) => ({
  server,
  startMs: Math.round(median(same.map(({ startMs }) => startMs))),
  residentMb: Math.round(median(same.map(({ residentBytes }) => residentBytes)) / 1e6),
  proportionalMb: Math.round(median(same.map(({ proportionalBytes }) => proportionalBytes)) / 1e6),
}))
console.table(loads)
console.table(servers)
if (KEPT) keep('listeners', { loads, servers, rounds, starts })
