import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import '@tensorflow/tfjs-backend-cpu'
import { tensor } from '@tensorflow/tfjs-core'
import { layers, sequential } from '@tensorflow/tfjs-layers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { placeholder, saveGraphModel, saveLayersModel } from '../fixtures/tfjs/save-model.ts'
import { TestClient } from '../server/grpc/support.ts'
import { type Finished, HeadraceProcess, ROOT, run } from './support/headrace-process.ts'
import { RolloutServer } from './support/rollout-server.ts'

const IRIS = {
  dataframe_split: {
    columns: ['sepal length (cm)', 'sepal width (cm)', 'petal length (cm)', 'petal width (cm)'],
    data: [[5.1, 3.5, 1.4, 0.2]],
  },
}

const REFLECTION = '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo'
/** A `ServerReflectionRequest` of all services: field 7, a text of one letter. */
const LIST_SERVICES = Buffer.from('\x3a\x01*')

let folder = ''
let headrace = ''

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'headrace-packed-'))
  const options = { stdio: ['ignore', 'ignore', 'inherit'] as ['ignore', 'ignore', 'inherit'] }
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: ROOT, ...options })
  execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: ROOT, ...options })
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'))
  execFileSync('npm', ['init', '-y'], { cwd: folder, ...options })
  execFileSync('npm', ['install', '--silent', '--ignore-scripts', `./${tarball}`], {
    cwd: folder,
    ...options,
  })
  headrace = join(folder, 'node_modules/.bin/headrace')
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const command = (...args: string[]): Promise<Finished> => run({ command: [headrace], args, cwd: folder })

describe('the package, packed and installed in an empty folder', () => {
  test('has a headrace command that explains itself', async () => {
    expect((await command('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
    expect((await command('serve', '--help')).stdout).toContain('--model-uri')
  })

  test('brings no sources, tests or models', () => {
    expect(readdirSync(join(folder, 'node_modules/headrace')).sort()).toEqual([
      'LICENSE',
      'NOTICE',
      'README.md',
      'dist',
      'package.json',
    ])
  })

  test('measures a server that it starts itself, with threads of its own', async () => {
    const load = ['--rate', '50', '--duration', '1s', '--warm-up', '200ms', '--json', '-']
    const { code, stdout, stderr } = await command('bench', '-m', `${ROOT}models/iris/2`, ...load)
    expect(code, stderr).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ errors: 0 })
  })

  test.each(['inline', 'pool'])('registers a model and serves it by its alias, %s', async (placement) => {
    const registered = await command(
      'models',
      'register',
      `${ROOT}models/iris/2`,
      '-n',
      placement,
      '--alias',
      'live',
    )
    expect(registered).toMatchObject({ code: 0 })
    const args = ['serve', '-m', `models:/${placement}@live`, '--port', '0', '--placement', placement]
    const server = new HeadraceProcess({ command: [headrace], args, cwd: folder })
    try {
      const url = await server.listening()
      const reply = await fetch(`${url}/invocations`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(IRIS),
      })
      expect(reply.status).toBe(200)
      expect(await reply.json()).toMatchObject({ predictions: [{ output_label: 'setosa' }] })
    } finally {
      expect((await server.stop()).code).toBe(0)
    }
  })

  test('keeps a rollout in a thread of its own, and an outcome over the end of the server', async () => {
    const models = ['-m', `a=${ROOT}models/iris/1`, '-m', `b=${ROOT}models/iris/2`, '--split', 'a=50,b=50']
    const start = () =>
      RolloutServer.start([...models, '--listeners', '2'], { command: [headrace], cwd: folder })
    const body = JSON.stringify(IRIS)
    const server = await start()
    const answers = await Promise.all(['1', '2', '3', '4', '5', '6'].map((key) => server.score(body, key)))
    expect(new Set(answers.map(({ status, variant }) => `${status} ${variant}`))).toEqual(
      new Set(['200 a', '200 b']),
    )
    const outcome = { outcome_id: answers[0]?.outcomeId, value: 1 }
    expect((await server.post('/rollouts/default/outcomes', outcome)).body).toEqual({ result: 'accepted' })
    expect((await server.get('/rollouts/default/report')).body).toContain('<title>Rollout default</title>')
    const { code, stdout } = await command('rollout', 'set', server.url, 'b=20')
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('20 %') })
    expect((await server.process.stop()).code).toBe(0)

    const again = await start()
    expect((await again.show('default')).variants).toMatchObject([{ permille: 800 }, { permille: 200 }])
    expect((await again.post('/rollouts/default/outcomes', outcome)).body).toEqual({ result: 'duplicate' })
    expect((await again.process.stop()).code).toBe(0)
  })

  test('follows an alias with --watch', async () => {
    for (const version of [1, 2])
      await command('models', 'register', `${ROOT}models/iris/${version}`, '-n', 'watched')
    await command('models', 'alias', 'watched', 'live', '1')
    const args = ['serve', '-m', 'models:/watched@live', '--watch', '--port', '0']
    const server = new HeadraceProcess({ command: [headrace], args, cwd: folder })
    try {
      const url = await server.listening()
      await command('models', 'alias', 'watched', 'live', '2')
      const served = async () => (await (await fetch(`${url}/models/watched/history`)).json()) as object
      await expect.poll(served, { timeout: 60_000 }).toMatchObject({
        events: [
          { event: 'swapped', version: '2' },
          { event: 'loaded', version: '1' },
        ],
      })
    } finally {
      expect((await server.stop()).code).toBe(0)
    }
  })

  test('serves over gRPC, and tells by reflection what can be called', async () => {
    const args = ['serve', '-m', `${ROOT}models/iris/2`, '--port', '0', '--grpc-port', '0']
    const server = new HeadraceProcess({ command: [headrace], args, cwd: folder })
    try {
      const { client, call } = await grpcClient(server)
      expect((await call('ServerMetadata')).reply).toMatchObject({ name: 'headrace' })
      const inputs = [
        { name: 'X', datatype: 'FP32', shape: [1, 4], contents: { fp32_contents: [5, 3, 1, 0] } },
      ]
      const { reply } = await call('ModelInfer', { model_name: '2', inputs })
      expect(JSON.stringify(reply)).toContain(Buffer.from('setosa').toJSON().data.join(','))
      const same = (message: Buffer): Buffer => message
      const reflection = client.makeBidiStreamRequest(REFLECTION, same, same)
      reflection.write(LIST_SERVICES)
      expect(String((await once(reflection, 'data'))[0])).toContain('inference.GRPCInferenceService')
      reflection.end()
      reflection.resume()
      await once(reflection, 'end')
    } finally {
      expect((await server.stop()).code).toBe(0)
    }
  })

  test('has a client for programs, which logs to the server that it has as well', async () => {
    const args = ['server', '--backend-store-uri', 'sqlite:///tracking.db', '--port', '0']
    const server = new HeadraceProcess({ command: [headrace], args, cwd: folder })
    try {
      const source = `import { MlflowClient, startRun } from 'headrace/client'
        const client = new MlflowClient('${await server.listening()}')
        const id: string = await startRun({ client, experiment: 'packed' }, (run) => (void run.logMetric('a', 1), run.runId))
        const value: number | undefined = (await client.getRun(id)).data.metrics[0]?.value
        console.log(value)`
      writeFileSync(join(folder, 'logs.mts'), source)
      const printed = await run({ command: [process.execPath], args: ['logs.mts'], cwd: folder })
      expect(printed).toMatchObject({ code: 0, stdout: '1\n' })
      const options = [
        '--strict',
        '--noEmit',
        '--module',
        'nodenext',
        '--target',
        'es2024',
        '--types',
        'node',
      ]
      const typeRoots = ['--typeRoots', `${ROOT}node_modules/@types`, 'logs.mts']
      const checked = [`${ROOT}node_modules/typescript/bin/tsc`, ...options, ...typeRoots]
      expect(await run({ command: [process.execPath], args: checked, cwd: folder })).toMatchObject({
        code: 0,
        stdout: '',
      })
    } finally {
      expect((await server.stop()).code).toBe(0)
    }
  })

  test('has the terms of all that it contains', () => {
    const notice = readFileSync(join(folder, 'node_modules/headrace/NOTICE'), 'utf8')
    for (const work of ['TensorFlow.js', 'long.js', 'seedrandom', 'XNNPACK']) expect(notice).toContain(work)
  })

  test('brings TF.js with it, and none of its packages', () => {
    expect(existsSync(join(folder, 'node_modules/@tensorflow'))).toBe(false)
    expect(existsSync(join(folder, 'node_modules/node-fetch'))).toBe(false)
  })

  test.each(['onnxruntime', 'wasm', 'cpu'])('serves TF.js models of both formats with %s', async (engine) => {
    for (const [format, model] of Object.entries(await tfjsModels())) {
      const args = ['serve', '-m', model, '--port', '0', '--tfjs-engine', engine]
      const server = new HeadraceProcess({ command: [headrace], args, cwd: folder })
      try {
        const url = await server.listening()
        expect(server.output).toContain(`"engine":"${engine}"`)
        const reply = await fetch(`${url}/invocations`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ inputs: [[1, 2]] }),
        })
        const { predictions } = (await reply.json()) as { predictions: Readonly<Record<string, number[][]>> }
        expect([format, reply.status, Object.values(predictions)]).toEqual([format, 200, [[[5, 11]]]])
      } finally {
        expect((await server.stop()).code).toBe(0)
      }
    }
  })
})

async function grpcClient(server: HeadraceProcess) {
  await server.listening()
  const client = new TestClient(await server.printed(/(?<=gRPC on )[\d.]+:\d+/))
  return { client: client.client, call: client.call.bind(client) }
}

/** `x · [[1, 3], [2, 4]]`, in both of TF.js's formats. */
async function tfjsModels(): Promise<{ readonly graph: string; readonly layers: string }> {
  const kernel = { shape: [2, 2], values: [1, 3, 2, 4] }
  const graph = join(folder, 'graph-model')
  const product = { name: 'y', op: 'MatMul', input: ['x', 'kernel'], attr: { T: { type: 'DT_FLOAT' } } }
  const nodes = [placeholder('x', 'DT_FLOAT', [-1, 2]), product]
  saveGraphModel({ nodes, weights: [{ name: 'kernel', ...kernel }] }, graph)
  const dense = sequential({ layers: [layers.dense({ units: 2, useBias: false, inputShape: [2] })] })
  dense.setWeights([tensor(kernel.values, [2, 2])])
  await saveLayersModel(dense, join(folder, 'layers-model'))
  return { graph, layers: join(folder, 'layers-model') }
}
