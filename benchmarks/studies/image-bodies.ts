/**
 * What does the way of an image into the server cost? An image of 3x224x224 floats (602,112 bytes) by the Open Inference
 * Protocol with a binary tensor and with JSON, and by MLflow's protocol with JSON: a body that its short way reads, and one
 * that the general decoder has to (`params` beside `inputs`). The model only takes three means. Counted is processor time
 * of the server's threads for a request, less the time that the model runs, which the server says itself; the main thread's
 * part is shown beside. As placed by itself, which on a quiet machine is inline with a thread beside for bodies from 1 MiB on,
 * and in a pool of one worker.
 * Target: binary at most 1/4 of JSON through the general decoder. The server has CPUs 0-2, wrk with one connection CPU 3.
 */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { seededRandom } from '../../src/core/seeded-random.ts'
import { binaryBody, jsonBody, type PostedBody, written } from '../lib/infer-bodies.ts'
import { headrace, LOAD_CPUS } from '../lib/peers.ts'
import { installed, KEPT, QUICK } from '../lib/quick.ts'
import { keep, machine, median } from '../lib/report.ts'
import { scrape, settled, sum } from '../lib/scrape.ts'
import { Server } from '../lib/server.ts'
import { threadTimes } from '../lib/thread-times.ts'
import { closedLoop } from '../load/closed-loop.ts'
import { IMAGE_MEANS, makeNetwork } from '../workloads/networks.ts'

const SECONDS = QUICK ? 1 : 4
const ROUNDS = QUICK ? 1 : 3
const SHAPE = [1, ...IMAGE_MEANS.inputShape]
const PLACEMENTS = ['auto', 'pool'] as const
const INFER = `/v2/models/${IMAGE_MEANS.name}/infer`

interface Form extends PostedBody {
  readonly name: string
  readonly path: string
}

interface Round {
  readonly requests: number
  /** All in microseconds for a request. */
  readonly mainUs: number
  readonly allUs: number
  readonly runUs: number
  /** `allUs` less `runUs`. */
  readonly ownUs: number
}

const folder = mkdtempSync(join(tmpdir(), 'headrace-image-'))
const model = makeNetwork(folder, IMAGE_MEANS)
const install = installed()

/** As float32 has them, so that all forms hold the same values, and JSON the digits that Python writes. */
function pixels(): Float32Array {
  const random = seededRandom(224)
  return Float32Array.from({ length: SHAPE.reduce((product, size) => product * size) }, () => random())
}

function nested(values: Float32Array, [size = 0, ...rest]: readonly number[]): unknown[] {
  if (rest.length === 0) return [...values]
  const step = values.length / size
  return Array.from({ length: size }, (_, n) => nested(values.subarray(n * step, (n + 1) * step), rest))
}

function forms(): Form[] {
  const values = pixels()
  const input = { name: 'x', shape: SHAPE, values }
  const inputs = nested(values, SHAPE)
  const mlflow = (body: object): PostedBody => ({ body: Buffer.from(JSON.stringify(body)), headers: {} })
  return [
    { name: 'V2, binary', path: INFER, ...binaryBody(input) },
    { name: 'V2, JSON', path: INFER, ...jsonBody(input) },
    { name: 'MLflow, JSON, short way', path: '/invocations', ...mlflow({ inputs }) },
    { name: 'MLflow, JSON, general', path: '/invocations', ...mlflow({ inputs, params: {} }) },
  ]
}

/** Seconds that the model has run for requests. */
async function runSeconds(server: Server): Promise<number> {
  return sum(await scrape(server), 'headrace_request_stage_seconds_sum', { stage: 'compute' })
}

async function measure(server: Server, { name, path, headers }: Form, seconds: number): Promise<Round> {
  const url = new URL(path, server.url).href
  const plan = { url, headers, bodyFile: join(folder, name), connections: 1, seconds, cpus: LOAD_CPUS }
  const [runBefore, before] = [await runSeconds(server), threadTimes(server.pid)]
  const { requests, failed } = await closedLoop(plan)
  const [after, runAfter] = [threadTimes(server.pid), await runSeconds(server)]
  if (failed > 0 || requests === 0) throw new Error(`${name}: ${failed} of ${requests} failed\n${server.log}`)
  const mainUs = (after.mainUs - before.mainUs) / requests
  const allUs = (after.allUs - before.allUs) / requests
  const runUs = ((runAfter - runBefore) * 1e6) / requests
  return { requests, mainUs, allUs, runUs, ownUs: allUs - runUs }
}

async function compare(placement: (typeof PLACEMENTS)[number], bodies: readonly Form[]) {
  const args = ['-m', model, '--placement', placement, '--workers', '1', '--listeners', '1']
  const server = new Server(
    headrace(install, args, { port: 25_140, body: JSON.stringify({ inputs: nested(pixels(), SHAPE) }) }),
  )
  try {
    await server.firstPrediction()
    await settled(server)
    const rounds = new Map<Form, Round[]>(bodies.map((form) => [form, []]))
    for (const form of bodies) await measure(server, form, 1)
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const form of round % 2 === 0 ? bodies : [...bodies].reverse()) {
        rounds.get(form)!.push(await measure(server, form, SECONDS))
      }
    }
    return [...rounds].map(([{ name }, results]) => ({
      placement,
      name,
      ...summary(results),
      rounds: results,
    }))
  } finally {
    await server.stop()
  }
}

function summary(results: readonly Round[]) {
  const middle = (of: keyof Round): number => median(results.map((result) => result[of]))
  return { mainUs: middle('mainUs'), allUs: middle('allUs'), runUs: middle('runUs'), ownUs: middle('ownUs') }
}

const bodies = forms()
for (const { name, body } of bodies) written(join(folder, name), body)
const results: Awaited<ReturnType<typeof compare>> = []
for (const placement of PLACEMENTS) results.push(...(await compare(placement, bodies)))

const ownUs = (placement: string, name: string): number =>
  results.find((result) => result.placement === placement && result.name === name)?.ownUs ?? Number.NaN
const ofGeneral = Object.fromEntries(
  PLACEMENTS.map((placement) => [
    placement,
    ownUs(placement, 'V2, binary') / ownUs(placement, 'MLflow, JSON, general'),
  ]),
)
console.log(machine())
console.table(
  results.map(({ placement, name, ...times }) => ({
    ...{ placement, body: name },
    ...{ 'main us': Math.round(times.mainUs), 'all us': Math.round(times.allUs) },
    ...{ 'run us': Math.round(times.runUs), 'all but run us': Math.round(times.ownUs) },
  })),
)
console.log('binary / JSON through the general decoder (target 0.25):', ofGeneral)
if (KEPT) keep('image-bodies', { seconds: SECONDS, ofGeneral, results })
