/**
 * How fast does `/health` answer while a slow model takes all it is given? ResNet-18-shaped in a pool with a worker for
 * each core, under a closed loop of many connections (wrk), and a probe asked 50 times a second by the open-loop
 * generator: before the load and during it. Target: a 99th percentile under 10 ms. The server has CPUs 0-2 and 3 workers;
 * wrk and the generator share CPU 3. With `--quick`, shortly.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateLoad } from '../../src/bench/generator/generate-load.ts'
import type { LoadResult } from '../../src/bench/generator/load-result.ts'
import { headrace, LOAD_CPUS } from '../lib/peers.ts'
import { pinThisProcess } from '../lib/pin.ts'
import { installed, KEPT, QUICK } from '../lib/quick.ts'
import { keep, machine } from '../lib/report.ts'
import { batchingOf, settled } from '../lib/scrape.ts'
import { Server } from '../lib/server.ts'
import { type ClosedFigures, closedLoop } from '../load/closed-loop.ts'
import { makeNetwork, RESNET_18, rowsBody } from '../workloads/networks.ts'

const SECONDS = QUICK ? 4 : 30
const CONNECTIONS = 16
const PROBES_PER_SECOND = 50

const folder = mkdtempSync(join(tmpdir(), 'headrace-networks-'))
const model = makeNetwork(folder, RESNET_18)
const body = rowsBody(RESNET_18)
const bodyFile = join(folder, 'row.json')
writeFileSync(bodyFile, body)
const install = installed()
pinThisProcess(LOAD_CPUS)

function probe(server: Server, seconds: number): Promise<LoadResult> {
  return generateLoad({
    origin: new URL(server.url).origin,
    requests: [{ name: 'health', path: '/health' }],
    ratePerSecond: PROBES_PER_SECOND,
    durationMs: seconds * 1000,
    warmUpMs: 1000,
    timeoutMs: 10_000,
  })
}

interface Probed {
  readonly idle: LoadResult
  readonly loaded: LoadResult
  readonly load: ClosedFigures
  readonly batching: string
}

async function measure(server: Server): Promise<Probed> {
  await server.firstPrediction()
  await settled(server)
  const idle = await probe(server, Math.min(SECONDS, 10))
  const plan = { url: server.url, bodyFile, connections: CONNECTIONS, cpus: LOAD_CPUS }
  const [loaded, result] = await Promise.all([
    probe(server, SECONDS),
    closedLoop({ ...plan, seconds: SECONDS + 1 }),
  ])
  return { idle, loaded, load: result, batching: await batchingOf(server) }
}

function shown(when: string, { total, lagMs, valid }: LoadResult) {
  const { p50, p99, p999, max } = total.latencyMs
  const failed = total.offered - total.inTime
  return { when, p50, p99, p999, max, failed, 'lag p99 ms': `${lagMs.p99}${valid ? '' : ' INVALID'}` }
}

const args = ['-m', model, '--placement', 'pool', '--workers', '3']
const server = new Server(headrace(install, args, { port: 25_061, body }))
try {
  const probed = await measure(server)
  console.log(machine())
  console.table([shown('idle', probed.idle), shown('under load', probed.loaded)])
  const { requestsPerSecond, p50Us, failed } = probed.load
  console.log(
    `the load: ${requestsPerSecond.toFixed(1)} requests/s, p50 ${Math.round(p50Us / 1000)} ms, ${failed} failed; batching ${probed.batching}`,
  )
  if (KEPT) keep('health-under-load', probed)
} finally {
  await server.stop()
  rmSync(folder, { recursive: true })
}
