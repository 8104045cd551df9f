/**
 * What is left of a server that is asked for more than it can do? First its capacity in a closed loop, then multiples of
 * it in an open one, every request with a deadline that the server is told. Targets: of a pooled model (runs of 1 to 3 ms)
 * at 3 times its capacity, answers in time for 90 % of it, and the 99th percentile of what is accepted within the
 * deadline; of inline models, where HTTP itself is the limit, at 1.3 times 80 %, and bounded memory. Where
 * HEADRACE_TEST_PYTHON is set, `mlflow models serve` beside them, which knows no deadline. Servers have CPUs 0-2, the
 * generators CPU 3 and, where the model is inline and so leaves one free, CPU 2. With `--quick`, shortly.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Overloaded, type OverloadPlan, overload, printOverload } from '../lib/overload.ts'
import { headrace, LOAD_CPUS, MODELS, mlflow } from '../lib/peers.ts'
import { pinThisProcess } from '../lib/pin.ts'
import { installed, KEPT, QUICK } from '../lib/quick.ts'
import { keep, machine } from '../lib/report.ts'
import { batchingOf, settled } from '../lib/scrape.ts'
import { Server, type ServerPlan } from '../lib/server.ts'
import { makeNetwork, rowsBody, SMALL_CONVOLUTION } from '../workloads/networks.ts'

const SECONDS = QUICK ? 3 : 8
const DEADLINE_MS = 100

const folder = mkdtempSync(join(tmpdir(), 'headrace-networks-'))
const network = makeNetwork(folder, SMALL_CONVOLUTION)
const rowFile = join(folder, 'row.json')
const row = rowsBody(SMALL_CONVOLUTION)
writeFileSync(rowFile, row)
const tinyFile = join(MODELS, 'tiny.body.json')
const tiny = '{"inputs": [[5.1, 3.5, 1.4, 0.2]]}'
const install = installed()

const PLAN = { connections: 64, deadlineMs: DEADLINE_MS, tellsDeadline: true, seconds: SECONDS }

async function measure(
  serverPlan: ServerPlan,
  plan: Omit<OverloadPlan, 'server'>,
): Promise<Overloaded & { readonly batching: string }> {
  const server = new Server(serverPlan)
  const isHeadrace = serverPlan.name !== 'mlflow'
  try {
    await server.firstPrediction()
    if (isHeadrace) await settled(server)
    const overloaded = await overload({ ...plan, server })
    printOverload(serverPlan.name, overloaded)
    const batching = isHeadrace ? await batchingOf(server) : 'none'
    console.log(`batching ${batching}`)
    return { ...overloaded, batching }
  } finally {
    await server.stop()
  }
}

async function pooled() {
  pinThisProcess(LOAD_CPUS)
  const plan = headrace(install, ['-m', network, '--placement', 'pool'], { port: 25_051, body: row })
  // The first once more at the end: it is to be as good again.
  const multiples = QUICK ? [1, 3] : [0.7, 1, 2, 3, 0.7]
  return measure({ ...plan, name: 'pooled' }, { ...PLAN, bodyFile: rowFile, multiples })
}

/** An inline model has one thread, and a little garbage collection beside it. */
async function inline() {
  pinThisProcess('2,3')
  const args = ['-m', join(MODELS, 'tiny'), '--placement', 'inline', '--listeners', '1']
  const plan = { ...headrace(install, args, { port: 25_052, body: tiny }), cpus: '0,1' }
  const multiples = QUICK ? [1.3] : [0.7, 1, 1.3, 2]
  return measure({ ...plan, name: 'inline' }, { ...PLAN, bodyFile: tinyFile, multiples, threads: 2 })
}

async function besideMlflow() {
  if (process.env['HEADRACE_TEST_PYTHON'] === undefined || QUICK) return undefined
  pinThisProcess(LOAD_CPUS)
  const plan = mlflow(['-m', network, '--workers', '3'], { port: 25_053, body: row })
  return measure(plan, { ...PLAN, bodyFile: rowFile, multiples: [1, 3], tellsDeadline: false })
}

console.log(machine())
try {
  const results = { pooled: await pooled(), inline: await inline(), mlflow: await besideMlflow() }
  if (KEPT) keep('overload', { deadlineMs: DEADLINE_MS, ...results })
} finally {
  rmSync(folder, { recursive: true })
}
