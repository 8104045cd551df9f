/**
 * How much longer does the slowest of a hundred requests take while other models are loaded and unloaded in the same
 * process? Target: 1.5 times. What is served: 4 floats, inline; what comes and goes: a network of 45 MB, and one that
 * TF.js saved. An open loop at a rate that leaves half of the serving thread free.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { generateLoad } from '../../src/bench/generator/generate-load.ts'
import type { Percentiles } from '../../src/bench/measurement.ts'
import { MODELS } from '../lib/peers.ts'
import { pinThisProcess } from '../lib/pin.ts'
import { KEPT, QUICK } from '../lib/quick.ts'
import { keep, machine, median } from '../lib/report.ts'
import { makeNetwork, RESNET_18 } from '../workloads/networks.ts'

const RATE_PER_SECOND = 4_000
const ROUNDS = QUICK ? 1 : 5
const DURATION_MS = QUICK ? 5_000 : 20_000
const SERVER = fileURLToPath(new URL('../peers/churning-server.ts', import.meta.url))
const BUNDLED = fileURLToPath(new URL('../../models/', import.meta.url))

interface Round {
  readonly alone: Percentiles
  readonly beside: Percentiles
  /** Models that came and went meanwhile. */
  readonly loads: number
}

pinThisProcess('3')
const folder = mkdtempSync(join(tmpdir(), 'load-beside-'))
try {
  console.log(machine())
  for (const [name, model] of [
    ['resnet-18', makeNetwork(folder, RESNET_18)],
    ['tfjs', join(BUNDLED, 'digits-layers/1')],
  ] as const) {
    const rounds = await measure(model)
    const ofAlone = median(rounds.map(({ alone, beside }) => beside.p99 / alone.p99))
    for (const { alone, beside, loads } of rounds) {
      console.log(`${name}: ${loads} loads, p99 ${alone.p99.toFixed(2)} -> ${beside.p99.toFixed(2)} ms, `, {
        p50: [alone.p50, beside.p50],
        p999: [alone.p999, beside.p999],
        max: [alone.max, beside.max],
      })
    }
    console.log(`${name}: p99 while it is loaded / before ${ofAlone.toFixed(2)}`)
    if (KEPT) keep(`load-beside-${name}`, { ratePerSecond: RATE_PER_SECOND, ofAlone, rounds })
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function measure(model: string): Promise<readonly Round[]> {
  const args = ['-c', '0-2', process.execPath, SERVER, join(MODELS, 'tiny'), model]
  const server = spawn('taskset', args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  try {
    const [origin] = (await once(server, 'message')) as [string]
    const rounds: Round[] = []
    await offer(origin)
    for (let round = 0; round < ROUNDS; round++) {
      const alone = await offer(origin)
      const before = await told(server, 'churn')
      const beside = await offer(origin)
      rounds.push({ alone, beside, loads: (await told(server, 'rest')) - before })
    }
    return rounds
  } finally {
    server.kill('SIGKILL')
  }
}

async function offer(origin: string): Promise<Percentiles> {
  const { total } = await generateLoad({
    origin,
    requests: [
      {
        name: 'score',
        path: '/invocations',
        headers: { 'content-type': 'application/json' },
        body: readFileSync(join(MODELS, 'tiny.body.json')),
      },
    ],
    ratePerSecond: RATE_PER_SECOND,
    durationMs: DURATION_MS,
  })
  if (total.inTime < total.offered) throw new Error(`${total.offered - total.inTime} requests failed`)
  return total.latencyMs
}

async function told(server: ChildProcess, order: 'churn' | 'rest'): Promise<number> {
  server.send(order)
  const [loads] = (await once(server, 'message')) as [number]
  return loads
}
