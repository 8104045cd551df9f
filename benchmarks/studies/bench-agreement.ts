/**
 * Does the generator of `headrace bench` tell the latencies that others tell of the same server? Headrace with a tiny
 * model on one CPU; in turn, each alone: wrk and the generator's closed loop with 1 and with 32 connections, then the
 * benchmarks' open loop in C (`load/open_loop`) and the generator's own at 10, 50 and 80 % of wrk's rate, with Poisson
 * arrivals of different seeds. wrk adds to its percentiles what it did not send, so that of closed loops the medians compare.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Load } from '../../src/bench/load.ts'
import type { Measurement } from '../../src/bench/measurement.ts'
import { runLoad } from '../../src/bench/run-load.ts'
import type { BenchTarget } from '../../src/bench/target.ts'
import { freePorts } from '../contest/free-ports.ts'
import { headrace, MODELS } from '../lib/peers.ts'
import { pinThisProcess } from '../lib/pin.ts'
import { installed, KEPT, QUICK } from '../lib/quick.ts'
import { keep, machine, median } from '../lib/report.ts'
import { settled } from '../lib/scrape.ts'
import { Server } from '../lib/server.ts'
import { closedLoop } from '../load/closed-loop.ts'
import { openLoop } from '../load/open-loop.ts'

const ROUNDS = QUICK ? 1 : 5
const SECONDS = QUICK ? 2 : 3
const WARM_SECONDS = 1
const CONNECTIONS = [1, 32]
const SHARES = [0.1, 0.5, 0.8]
const OPEN_CONNECTIONS = 256
const BODY = '{"inputs": [[5.1, 3.5, 1.4, 0.2]]}'
const SERVER_CPU = '0'
const LOAD_CPUS = '1-3'

/** In milliseconds. */
interface Told {
  readonly ratePerSecond: number
  readonly p50: number
  readonly p99: number
  /** 99 of 100 requests left at most so late; of open loops. */
  readonly lagP99?: number
  readonly faults?: readonly string[]
}

interface Pair {
  /** wrk, or the open loop in C. */
  readonly other: Told
  readonly own: Told
}

const folder = mkdtempSync(join(tmpdir(), 'bench-agreement-'))
const bodyFile = join(folder, 'body.json')
writeFileSync(bodyFile, BODY)
const port = await freePorts()
const plan = headrace(installed(), ['-m', join(MODELS, 'tiny'), '--listeners', '1'], { port, body: BODY })
const server = new Server({ ...plan, cpus: SERVER_CPU })
pinThisProcess(LOAD_CPUS)
try {
  await server.firstPrediction()
  await settled(server)
  console.log(machine())
  const rounds = new Map<string, Pair[]>()
  for (let round = 0; round < ROUNDS; round += 1) await measure(round, rounds)
  const summary = Object.fromEntries([...rounds].map(([name, pairs]) => [name, summaryOf(pairs)]))
  console.table(summary)
  if (KEPT) keep('bench-agreement', { summary, rounds: Object.fromEntries(rounds) })
} finally {
  await server.stop()
  rmSync(folder, { recursive: true })
}

async function measure(round: number, rounds: Map<string, Pair[]>): Promise<void> {
  const keepPair = (name: string, pair: Pair) => rounds.set(name, [...(rounds.get(name) ?? []), pair])
  let rate = 0
  for (const connections of CONNECTIONS) {
    const pair = await inTurn(
      round,
      () => wrk(connections),
      () => closed(connections),
    )
    keepPair(`${connections} connections`, pair)
    rate = pair.other.ratePerSecond
  }
  for (const share of SHARES) {
    const pair = await inTurn(
      round,
      () => openInC(share * rate, round),
      () => open(share * rate, round),
    )
    keepPair(`${share * 100} % of the rate`, pair)
  }
}

/** The other one first in even rounds. */
async function inTurn(round: number, other: () => Promise<Told>, own: () => Promise<Told>): Promise<Pair> {
  if (round % 2 === 0) return { other: await other(), own: await own() }
  const first = await own()
  return { other: await other(), own: first }
}

async function wrk(connections: number): Promise<Told> {
  const told = await closedLoop({ url: server.url, bodyFile, connections, seconds: SECONDS, cpus: LOAD_CPUS })
  return { ratePerSecond: told.requestsPerSecond, p50: told.p50Us / 1000, p99: told.p99Us / 1000 }
}

async function openInC(rate: number, round: number): Promise<Told> {
  const told = await openLoop({
    ...{ url: server.url, bodyFile, rate, seconds: SECONDS, warmSeconds: WARM_SECONDS },
    ...{ seed: round + 1, connections: OPEN_CONNECTIONS, cpus: '3' },
  })
  return {
    ratePerSecond: told.answered / told.seconds,
    p50: (told.p50Us ?? Number.NaN) / 1000,
    p99: (told.p99Us ?? Number.NaN) / 1000,
    lagP99: told.lateP99Us / 1000,
  }
}

async function closed(connections: number): Promise<Told> {
  return toldBy(await runLoad(target(), { ...times(1), kind: 'closed', connections }))
}

async function open(ratePerSecond: number, round: number): Promise<Told> {
  const load: Load = { ...times(round + 1), kind: 'open', ratePerSecond, arrivals: { kind: 'poisson' } }
  return toldBy(await runLoad(target(), load, { maxConnections: OPEN_CONNECTIONS }))
}

function toldBy({ answered, seconds, latencyMs, generator, faults }: Measurement): Told {
  const { p50, p99 } = latencyMs
  return { ratePerSecond: answered / seconds, p50, p99, lagP99: generator.lagMs.p99, faults }
}

function times(seed: number) {
  return { warmUpMs: WARM_SECONDS * 1000, durationMs: SECONDS * 1000, timeoutMs: 5000, seed }
}

function target(): BenchTarget {
  const { origin, pathname } = new URL(server.url)
  return {
    ...{ name: 'headrace', transport: 'http', origin, dialect: 'mlflow', found: [] },
    payloads: [
      {
        ...{ name: 'row', weight: 1, method: 'POST', path: pathname, rows: 1, expected: { status: 200 } },
        headers: { 'content-type': 'application/json' },
        body: Buffer.from(BODY),
      },
    ],
  }
}

function summaryOf(pairs: readonly Pair[]) {
  const of = (figure: (pair: Pair) => number) => Number(median(pairs.map(figure)).toPrecision(4))
  return {
    rate: of(({ other }) => other.ratePerSecond),
    'own rate': of(({ own }) => own.ratePerSecond),
    p50: of(({ other }) => other.p50),
    'own p50': of(({ own }) => own.p50),
    p99: of(({ other }) => other.p99),
    'own p99': of(({ own }) => own.p99),
    'own lag p99': of(({ own }) => own.lagP99 ?? 0),
    invalid: pairs.filter(({ own }) => (own.faults ?? []).length > 0).length,
  }
}
