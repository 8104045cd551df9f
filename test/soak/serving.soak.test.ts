import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { generateLoad } from '../../src/bench/generator/generate-load.ts'
import type { PlannedRequest } from '../../src/bench/generator/load-plan.ts'
import type { LoadResult } from '../../src/bench/generator/load-result.ts'
import { HeadraceProcess, ROOT } from '../e2e/support/headrace-process.ts'

const MINUTES = Number(process.env['HEADRACE_SOAK_MINUTES'] ?? 10)
const REQUESTS_PER_SECOND = 250
const DISCONNECTS_PER_SECOND = 5
const SAMPLE_MS = 1000
const MEGABYTE = 1e6

/** Inline; in a pool, since its rows have an open length; in a pool of its own, by TF.js's wasm backend. */
const MODELS = { iris: 'iris/2', series: 'series/1', 'digits-layers': 'digits-layers/1' }

/** V8 grows its young generation in steps under load; held small, only what is really kept shows. */
const SMALL_YOUNG_GENERATION = [process.execPath, '--max-semi-space-size=4', `${ROOT}src/cli/main.ts`]

interface Expected extends PlannedRequest {
  readonly status: number
}

const JSON_TYPE = { 'content-type': 'application/json' }

function post(name: string, path: string, body: string, status: number, weight: number): Expected {
  return { name, path, body, status, weight, headers: JSON_TYPE }
}

function example(model: keyof typeof MODELS): string {
  return readFileSync(`${ROOT}models/${MODELS[model]}/serving_input_example.json`, 'utf8')
}

/** About 340 KB and 3 MB of answer, run in parts of a few milliseconds by the thread that serves. */
function manyFlowers(): string {
  const { dataframe_split: split } = JSON.parse(example('iris')) as {
    dataframe_split: { columns: string[]; data: number[][] }
  }
  const data = Array.from({ length: 20_000 }, (_, row) => split.data[row % split.data.length])
  return JSON.stringify({ dataframe_split: { ...split, data } })
}

/** About 400 KB, read by the worker that runs it. */
function manyDigits(): string {
  const { inputs } = JSON.parse(example('digits-layers')) as { inputs: unknown[] }
  const rows = Array.from({ length: 1000 }, (_, row) => inputs[row % inputs.length])
  return JSON.stringify({ inputs: rows })
}

const PATH = Object.fromEntries(
  Object.keys(MODELS).map((name) => [name, `/models/${name}/invocations`]),
) as Record<keyof typeof MODELS, string>

const REQUESTS: readonly Expected[] = [
  post('iris', PATH.iris, example('iris'), 200, 40),
  post('series', PATH.series, example('series'), 200, 20),
  post('digits-layers', PATH['digits-layers'], example('digits-layers'), 200, 15),
  post('large, inline', PATH.iris, manyFlowers(), 200, 0.1),
  post('large, pooled', PATH['digits-layers'], manyDigits(), 200, 0.1),
  post('not JSON', PATH.iris, '{"inputs": [[1, 2', 400, 3),
  post('not in the signature', PATH.iris, '{"dataframe_records": [{"sepal": 1}]}', 400, 3),
  post('too short for the model', PATH['digits-layers'], '{"inputs": [[1, 2, 3]]}', 400, 3),
  post('no such model', '/models/nobody/invocations', '{}', 404, 2),
  { ...post('not its type', PATH.iris, 'a,b', 415, 2), headers: { 'content-type': 'text/html' } },
  { name: 'health', path: '/health', status: 200, weight: 4 },
  { name: 'metrics', path: '/metrics', status: 200, weight: 0.5 },
]

/** A client that leaves: in the middle of its request, or without waiting for the answer. */
function leave(origin: string, turn: number): void {
  const { hostname, port } = new URL(origin)
  const body = example(turn % 2 === 0 ? 'series' : 'digits-layers')
  const path = turn % 2 === 0 ? PATH.series : PATH['digits-layers']
  const head = `POST ${path} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`
  const socket = connect(Number(port), hostname)
  socket.on('error', () => {})
  const sent = turn % 3 === 0 ? body : body.slice(0, 40)
  socket.write(head + sent, () => socket.destroy())
}

interface Sample {
  readonly minutes: number
  readonly residentMb: number
}

/** Leaves, and looks at the memory, until it is told to stop. */
async function disturb(origin: string, pid: number, stop: AbortSignal): Promise<readonly Sample[]> {
  const samples: Sample[] = []
  const start = performance.now()
  for (let turn = 0; !stop.aborted; turn += 1) {
    leave(origin, turn)
    await sleep(1000 / DISCONNECTS_PER_SECOND)
    if ((turn * 1000) / DISCONNECTS_PER_SECOND < samples.length * SAMPLE_MS) continue
    samples.push({ minutes: (performance.now() - start) / 60_000, residentMb: residentMb(pid) })
  }
  return samples
}

function residentMb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return (Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) * 1024) / MEGABYTE
}

/** Megabytes a minute: the slope of the line that is nearest to the samples. */
function growth(samples: readonly Sample[]): number {
  const mean = (of: (sample: Sample) => number): number =>
    samples.reduce((sum, sample) => sum + of(sample), 0) / samples.length
  const minutes = mean((sample) => sample.minutes)
  const resident = mean((sample) => sample.residentMb)
  const covariance = mean((sample) => (sample.minutes - minutes) * (sample.residentMb - resident))
  return covariance / mean((sample) => (sample.minutes - minutes) ** 2)
}

function expectAsIntended({ byRequest, total }: LoadResult): void {
  expect({ errors: total.errors, timeouts: total.timeouts }).toEqual({ errors: {}, timeouts: 0 })
  for (const { name, status } of REQUESTS) {
    const outcome = byRequest[name]
    expect({ name, answers: outcome?.answers }).toEqual({ name, answers: { [status]: outcome?.offered } })
  }
}

function p99Of(quarters: readonly LoadResult[], name: string): string {
  return quarters.map(({ byRequest }) => byRequest[name]?.latencyMs.p99.toFixed(1)).join(' ')
}

async function serveAll(folder: string): Promise<HeadraceProcess> {
  const models = Object.entries(MODELS).flatMap(([name, path]) => {
    // Served under the names of these folders.
    symlinkSync(`${ROOT}models/${path}`, join(folder, name))
    return ['-m', join(folder, name)]
  })
  const args = ['serve', ...models, '--port', '0', '--workers', '1', '--tfjs-engine', 'wasm']
  return new HeadraceProcess({ command: SMALL_YOUNG_GENERATION, args })
}

test(`memory and latency stay level over ${MINUTES} minutes of good and bad requests`, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'headrace-soak-'))
  const server = await serveAll(folder)
  try {
    const origin = await server.listening()
    const stop = new AbortController()
    const disturbed = disturb(origin, server.pid, stop.signal)
    const quarters: LoadResult[] = []
    for (let quarter = 1; quarter <= 4; quarter += 1) {
      const load = { origin, requests: REQUESTS, ratePerSecond: REQUESTS_PER_SECOND, seed: quarter }
      quarters.push(await generateLoad({ ...load, durationMs: MINUTES * 15_000 }))
    }
    stop.abort()
    const samples = await disturbed
    const lastHalf = samples.slice(samples.length >> 1)
    const slope = growth(lastHalf)
    const resident = samples.filter((_, index) => index % Math.ceil(samples.length / 20) === 0)
    console.log(`resident MB: ${resident.map(({ residentMb: mb }) => mb.toFixed(0)).join(' ')}`)
    console.log(`growth in the last half: ${slope.toFixed(2)} MB a minute`)
    for (const { name } of REQUESTS.filter(({ status }) => status === 200)) {
      console.log(`p99 ms by quarter, ${name}: ${p99Of(quarters, name)}`)
    }
    for (const quarter of quarters) expectAsIntended(quarter)
    // What a leak of any kind of request here would exceed: 600 bytes for each of them.
    expect(slope * (MINUTES / 2)).toBeLessThan(lastHalf[0]!.residentMb * 0.1)
  } finally {
    await server.stop()
    rmSync(folder, { recursive: true })
  }
})
