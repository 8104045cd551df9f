/**
 * What do small requests notice of one client that posts bodies of 20 MB? A tiny model in a pool gets one row at a time,
 * 300 times a second, first alone, then beside the other client, which posts one a second to the same model, one after
 * the other.
 * Reported: percentiles of the small ones before, during and afterwards, and how long the large ones took. The server has
 * CPUs 0-2, both clients CPU 3. With `--quick`, shortly.
 */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { generateLoad } from '../../src/bench/generator/generate-load.ts'
import type { LoadPlan } from '../../src/bench/generator/load-plan.ts'
import type { LoadResult } from '../../src/bench/generator/load-result.ts'
import { seededRandom } from '../../src/core/seeded-random.ts'
import { withPeakMemory } from '../lib/peak-memory.ts'
import { headrace, LOAD_CPUS, MODELS } from '../lib/peers.ts'
import { pinThisProcess } from '../lib/pin.ts'
import { installed, KEPT, QUICK } from '../lib/quick.ts'
import { keep, machine } from '../lib/report.ts'
import { settled } from '../lib/scrape.ts'
import { Server } from '../lib/server.ts'

const SECONDS = QUICK ? 4 : 20
const LARGE_BYTES = 20 * 1024 * 1024
const SMALL_PER_SECOND = 300
const LARGE_PER_SECOND = 1

const small = '{"inputs": [[5.1, 3.5, 1.4, 0.2]]}'
const install = installed()
pinThisProcess(LOAD_CPUS)

/** Rows of numbers with as many digits as MLflow's clients write. */
function largeBody(): string {
  const random = seededRandom(20)
  const rows: string[] = []
  for (let size = 0; size < LARGE_BYTES; size += rows.at(-1)!.length + 1) {
    rows.push(`[${random()},${random()},${random()},${random()}]`)
  }
  return `{"inputs":[${rows.join(',')}]}`
}

function post(server: Server, body: string, plan: Partial<LoadPlan>): Promise<LoadResult> {
  const { origin, pathname } = new URL(server.url)
  const headers = { 'content-type': 'application/json' }
  return generateLoad({
    ...{ origin, requests: [{ name: 'rows', path: pathname, headers, body }] },
    ...{ ratePerSecond: SMALL_PER_SECOND, durationMs: SECONDS * 1000, warmUpMs: 1000 },
    ...plan,
  })
}

/** One connection: a body waits until the one before it has been answered. */
function postLarge(server: Server): Promise<LoadResult> {
  const rate = { ratePerSecond: LARGE_PER_SECOND, arrivals: { kind: 'constant' } } as const
  return post(server, largeBody(), { ...rate, maxConnections: 1, timeoutMs: 60_000 })
}

async function measure(server: Server) {
  await server.firstPrediction()
  await settled(server)
  const before = await post(server, small, {})
  const { result, peakMb } = await withPeakMemory(server, () =>
    Promise.all([post(server, small, {}), postLarge(server)]),
  )
  const [during, large] = result
  await sleep(2000)
  return { before, during, after: await post(server, small, {}), large, peakMb }
}

function shown(requests: string, { total, lagMs, valid }: LoadResult) {
  const { p50, p99, p999, max } = total.latencyMs
  const answers = JSON.stringify({ ...total.answers, ...total.errors })
  return { requests, p50, p99, p999, max, answers, 'lag p99 ms': `${lagMs.p99}${valid ? '' : ' INVALID'}` }
}

const args = ['-m', join(MODELS, 'tiny'), '--placement', 'pool', '--workers', '2']
const server = new Server(headrace(install, args, { port: 25_071, body: small }))
try {
  const measured = await measure(server)
  const { before, during, after, large, peakMb } = measured
  console.log(machine())
  console.table([
    shown('small, alone', before),
    shown('small, beside large', during),
    shown('small, afterwards', after),
    shown('large', large),
  ])
  const ratio = during.total.latencyMs.p99 / before.total.latencyMs.p99
  console.log(`p99 of the small ones beside the large: ${ratio.toFixed(1)}x; peak ${peakMb} MB`)
  if (KEPT) keep('large-bodies', { largeBytes: LARGE_BYTES, ratio, ...measured })
} finally {
  await server.stop()
}
