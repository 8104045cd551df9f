/**
 * How long from `podman run` to the first prediction, of an image that build-image made? And beside it, from the start of
 * `headrace serve` on this machine without a container. On runc, with the host's network; rounds take turns.
 * Target: 600 ms.
 */
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildImage, buildPrograms } from '../../test/e2e/support/containers/built-image.ts'
import { Podman } from '../../test/e2e/support/containers/podman.ts'
import { HeadraceProcess } from '../../test/e2e/support/headrace-process.ts'
import { ROOT } from '../lib/peers.ts'
import { installed, KEPT, QUICK } from '../lib/quick.ts'
import { keep, machine, median } from '../lib/report.ts'

const ROUNDS = QUICK ? 3 : 9
const PORT = 25_090
const URL_OF_SERVER = `http://127.0.0.1:${PORT}/invocations`
const columns = ['sepal length (cm)', 'sepal width (cm)', 'petal length (cm)', 'petal width (cm)']
const body = JSON.stringify({ dataframe_split: { columns, data: [[5.1, 3.5, 1.4, 0.2]] } })

const folder = mkdtempSync(join(tmpdir(), 'headrace-container-start-'))
const install = installed()
const main =
  install === undefined ? join(ROOT, 'src/cli/main.ts') : join(install, 'node_modules/headrace/dist/main.js')
const podman = new Podman()
const rounds: { containerMs: number; processMs: number }[] = []
try {
  await buildPrograms()
  const model = join(folder, 'iris')
  cpSync(join(ROOT, 'models/iris/2'), model, { recursive: true })
  const archive = join(folder, 'iris.tar')
  await buildImage(['-m', model, '-o', archive, '-n', 'iris:1', '--no-trial'])
  const [image = ''] = await podman.load(archive)
  for (let round = 0; round < ROUNDS; round++) {
    const containerMs = await inContainer(image)
    rounds.push({ containerMs, processMs: await asProcess(model) })
  }
} finally {
  await podman.stop()
  rmSync(folder, { recursive: true, force: true })
  if (install !== undefined) rmSync(install, { recursive: true, force: true })
}

async function inContainer(image: string): Promise<number> {
  const startedAt = performance.now()
  const starting = podman.start(image, { env: { MLFLOW_PORT: String(PORT) } })
  const milliseconds = await firstPrediction(startedAt)
  await (await starting).remove()
  return milliseconds
}

async function asProcess(model: string): Promise<number> {
  const startedAt = performance.now()
  const command = [process.execPath, main]
  const server = new HeadraceProcess({ command, args: ['serve', '-m', model, '--port', String(PORT)] })
  try {
    return await firstPrediction(startedAt)
  } finally {
    server.signal('SIGKILL')
    await server.finished()
  }
}

async function firstPrediction(startedAt: number): Promise<number> {
  const headers = { 'content-type': 'application/json' }
  for (;;) {
    const reply = await fetch(URL_OF_SERVER, { method: 'POST', body, headers }).catch(() => undefined)
    await reply?.body?.cancel()
    if (reply?.status === 200) return performance.now() - startedAt
    if (performance.now() - startedAt > 60_000) throw new Error('there was no prediction within a minute')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

const medians = {
  containerMs: median(rounds.map(({ containerMs }) => containerMs)),
  processMs: median(rounds.map(({ processMs }) => processMs)),
}
console.log(machine(), medians)
if (KEPT) keep('container-start', { medians, rounds })
