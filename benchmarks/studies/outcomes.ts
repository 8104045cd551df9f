/**
 * How fast are outcomes taken by `POST /rollouts/NAME/outcomes`, each acknowledged once it is on the disk, and what do the
 * answers of the same server notice? One by one on 64 connections, and in lists of 1,000 on four; requests go on at 1,000 a
 * second, alone and meanwhile. Each outcome must be accepted, and the rollout has to count all of them.
 */
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Pool } from 'undici'
import { OutcomeIds } from '../../src/rollout/outcome-ids.ts'
import { headrace, LOAD_CPUS, MODELS } from '../lib/peers.ts'
import { installed, KEPT, QUICK } from '../lib/quick.ts'
import { keep, machine } from '../lib/report.ts'
import { settled } from '../lib/scrape.ts'
import { Server } from '../lib/server.ts'
import { type OpenFigures, openLoop } from '../load/open-loop.ts'

const OUTCOMES = QUICK ? 5_000 : 100_000
const SECONDS = QUICK ? 1 : 5
const RATE = 1000
const LIST = 1000
const SECRET = 'a secret of a benchmark alone'
const PORT = 25_081

interface Way {
  readonly name: string
  readonly connections: number
  /** Of one request. */
  readonly outcomes: number
}

const WAYS: readonly Way[] = [
  { name: 'one by one', connections: 64, outcomes: 1 },
  { name: 'in lists of 1,000', connections: 4, outcomes: LIST },
]

const bodyFile = join(MODELS, 'tiny.body.json')
const folder = mkdtempSync(join(tmpdir(), 'headrace-outcomes-'))
const server = startServer()
const ids = new OutcomeIds(createHash('sha256').update(SECRET).digest())
let issued = 0
try {
  await server.firstPrediction()
  await settled(server)
  console.log(machine())
  const { assignment } = await rollout()
  const alone = await load(0)
  const results: Record<string, unknown> = { 'requests alone': { 'p99 us of requests': alone.p99Us } }
  for (const [index, way] of WAYS.entries())
    results[way.name] = await measure(way, assignment.seed, index + 1)
  const { outcomes } = await rollout()
  if (outcomes !== WAYS.length * OUTCOMES) throw new Error(`${outcomes} outcomes were counted`)
  console.table(results)
  if (KEPT) keep('outcomes', results)
} finally {
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
}

function startServer(): Server {
  const tiny = join(MODELS, 'tiny')
  const models = ['-m', `a=${tiny}`, '-m', `b=${tiny}`, '--split', 'a=50,b=50', '--rollout', 'tiny']
  const args = [...models, '--placement', 'inline', '--listeners', '1', '--outcome', 'binary']
  const plan = headrace(installed(), args, { port: PORT, body: readFileSync(bodyFile, 'utf8'), cwd: folder })
  return new Server({ ...plan, env: { HEADRACE_OUTCOME_KEY: SECRET } })
}

async function rollout(): Promise<{
  readonly assignment: { readonly seed: string }
  readonly outcomes: number
}> {
  const reply = await fetch(`http://127.0.0.1:${PORT}/rollouts/tiny`)
  const view = (await reply.json()) as {
    readonly assignment: { readonly seed: string }
    readonly variants: readonly { readonly outcomes: number }[]
  }
  return { ...view, outcomes: view.variants.reduce((sum, { outcomes }) => sum + outcomes, 0) }
}

function load(seed: number): Promise<OpenFigures> {
  const plan = { url: server.url, bodyFile, rate: RATE, seconds: SECONDS, warmSeconds: 1, seed }
  return openLoop({ ...plan, connections: 32, cpus: LOAD_CPUS })
}

/** Requests go on for a while of the time that all outcomes take. */
async function measure(way: Way, rolloutId: string, seed: number) {
  const bodies = Array.from({ length: OUTCOMES / way.outcomes }, () => bodyOf(way, rolloutId))
  const loaded = load(seed)
  const began = performance.now()
  const times = await postAll(bodies, way)
  const seconds = (performance.now() - began) / 1000
  const { p99Us, failed } = await loaded
  if (failed > 0) throw new Error(`${failed} requests failed`)
  times.sort((a, b) => a - b)
  return {
    'outcomes a second': Math.round(OUTCOMES / seconds),
    'seconds in all': Number(seconds.toFixed(2)),
    'p50 ms of a post': Number(times[Math.floor(times.length / 2)]!.toFixed(1)),
    'p99 ms of a post': Number(times[Math.floor(times.length * 0.99)]!.toFixed(1)),
    'p99 us of requests': p99Us,
  }
}

function bodyOf({ outcomes }: Way, rolloutId: string): string {
  const list = Array.from({ length: outcomes }, () => {
    issued += 1
    const facts = {
      variant: issued % 2,
      step: 0,
      key: issued * 1_000_003,
      issuedAt: Date.now(),
      nonce: issued,
    }
    return { outcome_id: ids.issue({ rolloutId, ...facts }), value: issued % 3 === 0 ? 1 : 0 }
  })
  return JSON.stringify(outcomes === 1 ? list[0] : { outcomes: list })
}

/** @returns milliseconds of each. */
async function postAll(bodies: string[], { connections, outcomes }: Way): Promise<number[]> {
  const pool = new Pool(`http://127.0.0.1:${PORT}`, { connections })
  const times: number[] = []
  const postOn = async (): Promise<void> => {
    for (let body = bodies.pop(); body !== undefined; body = bodies.pop()) {
      const began = performance.now()
      const reply = await pool.request({ method: 'POST', path: '/rollouts/tiny/outcomes', body })
      const text = await reply.body.text()
      times.push(performance.now() - began)
      const accepted = text.split('"accepted"').length - 1
      if (accepted !== outcomes) throw new Error(`${reply.statusCode}: ${text.slice(0, 300)}`)
    }
  }
  await Promise.all(Array.from({ length: connections }, postOn))
  await pool.close()
  return times
}
