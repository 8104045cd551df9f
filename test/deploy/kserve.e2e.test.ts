import { copyFileSync, cpSync, mkdirSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { FROM_SOURCES, HeadraceProcess, ROOT } from '../e2e/support/headrace-process.ts'
import { freePort } from '../fixtures/free-port.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'

interface Container {
  readonly command: readonly string[]
  readonly args: readonly string[]
  readonly env: readonly { readonly name: string; readonly value: string }[]
  readonly livenessProbe: { readonly httpGet: { readonly path: string } }
}

const IRIS = join(ROOT, 'models/iris/1')
const manifest = readFileSync(join(ROOT, 'deploy/kserve/serving-runtime.yaml'), 'utf8')
const containers = [...parseAllDocuments(manifest)].map((document) => {
  const { spec } = document.toJS() as { readonly spec: { readonly containers: readonly [Container] } }
  return spec.containers[0]
})

let server: HeadraceProcess | undefined

afterEach(() => server?.stop())

/** What lies in /mnt/models: a folder of MLflow, or the file of a `storageUri` that ends in `.onnx`. */
const STORAGES: readonly (readonly [string, (folder: string) => void])[] = [
  ['a model folder', (folder) => cpSync(IRIS, folder, { recursive: true })],
  [
    'a bare ONNX file',
    (folder) => {
      mkdirSync(folder)
      copyFileSync(join(IRIS, 'model.onnx'), join(folder, 'model.onnx'))
    },
  ],
]

/** The container's command line, with this machine's model and ports for those of the pod. */
async function start({ command, args, env }: Container, models: string) {
  const ports = { http: await freePort(), grpc: await freePort() }
  const given = args.map((arg) =>
    arg
      .replace('{{.Name}}', 'flowers')
      .replace('/mnt/models', models)
      .replace('--port=8080', `--port=${ports.http}`)
      .replace('--grpc-port=9000', `--grpc-port=${ports.grpc}`),
  )
  server = new HeadraceProcess({
    command: FROM_SOURCES,
    args: [...command.slice(1), ...given],
    env: Object.fromEntries(env.map(({ name, value }) => [name, value])),
  })
  await server.listening()
  return ports
}

async function accepts(port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve()
    })
    socket.on('error', reject)
  })
}

describe.each(STORAGES)('the containers of the KServe runtimes with %s', (_, fill) => {
  test.each(containers)('serve it under the name of the InferenceService: $args', async (container) => {
    const models = join(temporaryFolder(), 'models')
    fill(models)
    const ports = await start(container, models)
    const url = `http://127.0.0.1:${ports.http}`
    const status = async (path: string) => (await fetch(url + path)).status
    expect(await status(container.livenessProbe.httpGet.path)).toBe(200)
    expect(await status('/v2/health/ready')).toBe(200)
    expect(await status('/v2/models/flowers/ready')).toBe(200)
    expect(await status('/metrics')).toBe(200)
    const reply = await fetch(`${url}/v2/models/flowers`)
    const metadata = (await reply.json()) as { inputs: { name: string; datatype: string }[] }
    const [input] = metadata.inputs
    const inputs = [{ ...input, shape: [1, 4], data: [5.1, 3.5, 1.4, 0.2] }]
    const inferred = await fetch(`${url}/v2/models/flowers/infer`, {
      method: 'POST',
      body: JSON.stringify({ inputs }),
    })
    expect(await inferred.json()).toMatchObject({ model_name: 'flowers' })
    if (container.args.some((arg) => arg.startsWith('--grpc-port'))) await accepts(ports.grpc)
  })
})
