/**
 * How much load does the generator of `headrace bench` send, and how punctually? Beside it `wrk`, which keeps no times,
 * against the same server, whose replies are fixed. Targets: 40,000 requests a second on four cores or half of wrk's
 * rate, whichever is less, all of them answered; at half of that one request in a hundred is sent 1 ms late at most.
 */
import { execFileSync, spawn } from 'node:child_process'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Load } from '../../src/bench/load.ts'
import type { Measurement } from '../../src/bench/measurement.ts'
import { runLoad } from '../../src/bench/run-load.ts'
import type { BenchTarget } from '../../src/bench/target.ts'
import { freePorts } from '../contest/free-ports.ts'
import { KEPT, QUICK } from '../lib/quick.ts'
import { keep, machine, median } from '../lib/report.ts'

const SERVER = fileURLToPath(new URL('../peers/fixed-reply-server.ts', import.meta.url))
const ROUNDS = QUICK ? 1 : 5
const SECONDS = QUICK ? 2 : 5
const CONNECTIONS = 64
const WANTED_RATE = 40_000
const BODY = '{"inputs": [[5.1, 3.5, 1.4, 0.2]]}'

interface Round {
  readonly wrkRate: number
  /** Of a closed loop of this generator. */
  readonly closedRate: number
  readonly atRate: Sent
  readonly atHalf: Sent
}

interface Sent {
  readonly ratePerSecond: number
  readonly answeredPerSecond: number
  readonly lagP99Ms: number
  readonly p99Ms: number
  readonly busyShare: number
  readonly starvedShare: number
  readonly faults: readonly string[]
}

console.log(machine())
const port = await freePorts()
const server = spawn(process.execPath, [SERVER, String(port)], { stdio: 'inherit' })
try {
  await listens(port)
  const rounds: Round[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    rounds.push(await measure())
    console.log(rounds.at(-1))
  }
  const summary = {
    wrkRate: median(rounds.map(({ wrkRate }) => wrkRate)),
    closedRate: median(rounds.map(({ closedRate }) => closedRate)),
    answeredShare: median(rounds.map(({ atRate }) => atRate.answeredPerSecond / atRate.ratePerSecond)),
    lagP99Ms: median(rounds.map(({ atHalf }) => atHalf.lagP99Ms)),
  }
  console.log(summary)
  if (KEPT) keep('bench-generator', { ...summary, rounds })
} finally {
  server.kill()
}

async function measure(): Promise<Round> {
  const wrkRate = wrk()
  const closed = await runLoad(target(), { ...times(), kind: 'closed', connections: CONNECTIONS })
  const rate = Math.min(WANTED_RATE, wrkRate / 2)
  return {
    wrkRate,
    closedRate: closed.answered / closed.seconds,
    atRate: await sent(rate),
    atHalf: await sent(rate / 2),
  }
}

async function sent(ratePerSecond: number): Promise<Sent> {
  const load: Load = { ...times(), kind: 'open', ratePerSecond, arrivals: { kind: 'poisson' } }
  const measured: Measurement = await runLoad(target(), load, { maxConnections: CONNECTIONS * 4 })
  const { generator, latencyMs, faults } = measured
  return {
    ratePerSecond,
    answeredPerSecond: measured.answered / measured.seconds,
    lagP99Ms: generator.lagMs.p99,
    p99Ms: latencyMs.p99,
    busyShare: generator.busyShare,
    starvedShare: generator.starvedShare ?? Number.NaN,
    faults,
  }
}

function times() {
  return { warmUpMs: 1000, durationMs: SECONDS * 1000, timeoutMs: 5000, seed: 1 }
}

function target(): BenchTarget {
  return {
    name: 'fixed reply',
    transport: 'http',
    origin: `http://127.0.0.1:${port}`,
    dialect: 'mlflow',
    payloads: [
      {
        name: 'row',
        weight: 1,
        method: 'POST',
        path: '/invocations',
        headers: { 'content-type': 'application/json' },
        body: Buffer.from(BODY),
        rows: 1,
        expected: { status: 200 },
      },
    ],
    found: [],
  }
}

/** @returns requests a second. */
function wrk(): number {
  const args = ['-t', '3', '-c', String(CONNECTIONS), '-d', `${SECONDS}s`, `http://127.0.0.1:${port}/`]
  const said = execFileSync('wrk', args, { encoding: 'utf8' })
  const rate = Number(/Requests\/sec:\s*([\d.]+)/.exec(said)?.[1])
  if (!(rate > 0)) throw new Error(`wrk says no rate: ${said}`)
  return rate
}

async function listens(onPort: number): Promise<void> {
  for (;;) {
    const socket = connect(onPort, '127.0.0.1')
    const isOpen = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    })
    socket.destroy()
    if (isOpen) return
    await sleep(20)
  }
}
