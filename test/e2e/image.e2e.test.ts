import { chmodSync, cpSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePort } from '../fixtures/free-port.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import { buildImage, buildPrograms } from './support/containers/built-image.ts'
import { Podman } from './support/containers/podman.ts'
import { ROOT } from './support/headrace-process.ts'
import { serving } from './support/serving.ts'

const IMAGE = 'localhost/iris:1'
const NODE = '/usr/local/bin/node'
/** podman heeds the health check of Docker's images and not of OCI's, which have none by their specification. */
const HEALTH = ['--health-cmd', JSON.stringify([NODE, '/opt/headrace/healthcheck.js'])]
const ISOLATED = ['--network', 'none', ...HEALTH]

const folder = temporaryFolder()
/** A folder of the name that the model shall have. */
const model = join(folder, 'iris')
const archive = join(folder, 'iris.tar')
const podman = new Podman()
let digest = ''

beforeAll(async () => {
  await buildPrograms()
  cpSync(join(ROOT, 'models/iris/1'), model, { recursive: true })
  const built = await buildImage([
    '-m',
    model,
    '-o',
    archive,
    '-n',
    'iris:1',
    '--cache-dir',
    join(folder, 'a'),
  ])
  digest = built.digest
  expect(await podman.load(archive)).toEqual([IMAGE])
})

afterAll(() => podman.stop())

/** Bodies that MLflow has answered for this model, as they were recorded. */
function goldenBodies(): readonly string[] {
  const lines = readFileSync(join(model, 'golden.jsonl'), 'utf8').trim().split('\n')
  return lines.map((line) => (JSON.parse(line) as { body: string }).body)
}

async function invoke(url: string, body: string): Promise<string> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(`${url}/invocations`, { method: 'POST', body, headers })
  return `${response.status} ${await response.text()}`
}

describe('the image of a model', () => {
  test('is the same to the bit when it is built again, with nothing kept', async () => {
    const again = join(folder, 'again.tar')
    const built = await buildImage([
      '-m',
      model,
      '-o',
      again,
      '-n',
      'iris:1',
      '--cache-dir',
      join(folder, 'b'),
    ])
    expect(built.digest).toBe(digest)
    expect(readFileSync(again).equals(readFileSync(archive))).toBe(true)
    expect((await podman.inspect(IMAGE)).Digest).toBe(digest)
  })

  test('says what it runs, as whom, and which model', async () => {
    const { User, Config, Labels } = await podman.inspect(IMAGE)
    expect(User).toBe('1000:1000')
    expect(Config).toMatchObject({
      Entrypoint: [NODE, '/opt/headrace/main.js'],
      Cmd: ['serve'],
      ExposedPorts: { '8080/tcp': {} },
      StopSignal: 'SIGTERM',
    })
    expect(Config.Env).toContain('ORT_DISABLE_TELEMETRY=1')
    expect(Labels).toMatchObject({
      'org.opencontainers.image.title': 'iris',
      'headrace.model.name': 'iris',
      'headrace.model.run_id': '7ae4fdbb23e342eaacc2204e5d9dc7c1',
    })
    expect(Labels['headrace.model.digest']).toMatch(/^sha256:[0-9a-f]{64}$/)
  })

  test('scores as headrace serve does', async () => {
    const port = await freePort()
    const url = `http://127.0.0.1:${port}`
    const container = await podman.start(IMAGE, { env: { MLFLOW_PORT: String(port) } })
    await container.answers(`${url}/ping`)
    const bodies = [...goldenBodies(), '{"dataframe_split": {"columns": ["a"], "data": [[1]]}}', 'x']
    expect(bodies.length).toBeGreaterThan(5)
    await serving({ uri: model }, async (server) => {
      for (const body of bodies) expect(await invoke(url, body)).toBe(await invoke(server.url, body))
    })
    for (const path of ['/ping', '/health', '/version', '/metrics']) {
      expect((await fetch(url + path)).status, path).toBe(200)
    }
    expect(await (await fetch(`${url}/v2/models/iris`)).json()).toMatchObject({ name: 'iris' })
    expect((await container.terminate()).code).toBe(0)
  })

  /** How long podman itself takes to end a program that ends at once. */
  async function endingOfNode(): Promise<number> {
    const script =
      "process.on('SIGTERM', () => process.exit()); console.log('is listening on nothing'); setInterval(() => {}, 1e6)"
    const flags = ['--entrypoint', NODE]
    const container = await podman.start(IMAGE, { flags, args: ['-e', script] })
    await container.listens()
    return (await container.terminate()).milliseconds
  }

  // What else the machine does may take longer than an idle server.
  test('ends within a second of SIGTERM, though it has answered', { retry: 2 }, async () => {
    const port = await freePort()
    const container = await podman.start(IMAGE, { flags: HEALTH, env: { MLFLOW_PORT: String(port) } })
    await container.listens()
    await container.isHealthy()
    // A connection that is kept would get its time to send another request.
    const headers = { 'content-type': 'application/json', connection: 'close' }
    const plan = { method: 'POST', body: goldenBodies()[0] ?? '', headers }
    const answer = await fetch(`http://127.0.0.1:${port}/invocations`, plan)
    expect([answer.status, await answer.json()]).toEqual([200, { predictions: expect.any(Array) }])
    // Idle is who is not amid a row of requests.
    await sleep(700)
    const { code, milliseconds } = await container.terminate()
    expect(code).toBe(0)
    expect(milliseconds - (await endingOfNode())).toBeLessThan(1000)
  })

  test('runs without a network, a writable root or any capability, and is healthy at port 8080', async () => {
    const flags = ['--read-only', '--cap-drop', 'all', '--security-opt', 'no-new-privileges']
    const container = await podman.start(IMAGE, { flags: [...ISOLATED, ...flags] })
    await container.isHealthy()
    const script = `
      const { readFileSync, writeFileSync } = require('node:fs')
      const refused = (path) => { try { writeFileSync(path, ''); return false } catch { return true } }
      const status = readFileSync('/proc/1/status', 'utf8')
      console.log(JSON.stringify({
        user: process.getuid(),
        group: process.getgid(),
        capabilities: /CapEff:\\s*(\\w+)/.exec(status)[1],
        refused: ['/opt/x', '/home/headrace/x', '/opt/ml/model/x'].map(refused),
      }))`
    const { stdout } = await container.exec(NODE, '-e', script)
    expect(JSON.parse(stdout)).toEqual({
      user: 1000,
      group: 1000,
      capabilities: '0000000000000000',
      refused: [true, true, true],
    })
    expect((await container.terminate()).code).toBe(0)
  })

  test('splits requests between mounted models, and keeps what it knows of them where that is mounted', async () => {
    const port = await freePort()
    const volume = (name: string): string[] => ['--volume', `${model}:/models/${name}:ro`]
    const cache = ['--tmpfs', '/home/headrace/.cache:mode=1777']
    const container = await podman.start(IMAGE, {
      flags: ['--read-only', ...volume('a'), ...volume('b'), ...cache],
      env: { MLFLOW_PORT: String(port) },
      args: ['serve', '-m', 'a=/models/a', '-m', 'b=/models/b', '--split', 'a=50,b=50'],
    })
    const url = `http://127.0.0.1:${port}`
    await container.answers(`${url}/ping`)
    const [body = ''] = goldenBodies()
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(`${url}/invocations`, { method: 'POST', body, headers })
    expect([answer.status, answer.headers.get('x-headrace-variant')]).toEqual([
      200,
      expect.stringMatching(/^[ab]$/),
    ])
    const script = "require('node:fs').readdirSync('/home/headrace/.cache/headrace/rollouts').join()"
    expect((await container.exec(NODE, '-p', script)).stdout.trim()).toBe('default,outcome.key')
    expect((await container.terminate()).code).toBe(0)
  })

  test('holds its bill of materials, its model and nothing of other engines', async () => {
    const script = `
      const { existsSync, readFileSync, readdirSync, statSync } = require('node:fs')
      console.log(JSON.stringify({
        bill: JSON.parse(readFileSync('/usr/share/headrace/sbom.cdx.json', 'utf8')),
        engines: readdirSync('/opt/headrace/node_modules').sort(),
        tfjs: readdirSync('/opt/headrace').filter((name) => /tensorflow|tfjs-backend/.test(name)),
        model: readdirSync('/opt/ml/model').includes('MLmodel'),
        tmp: (statSync('/tmp').mode & 0o7777).toString(8),
        shell: existsSync('/bin/sh'),
      }))`
    const { stdout } = await podman.run(IMAGE, { flags: ['--entrypoint', NODE], args: ['-e', script] })
    const found = JSON.parse(stdout)
    const names = found.bill.components.map(({ name }: { name: string }) => name)
    expect(names).toEqual(expect.arrayContaining(['headrace', 'node', 'onnxruntime-node', 'fastify']))
    expect(found).toMatchObject({
      bill: { bomFormat: 'CycloneDX' },
      engines: expect.arrayContaining(['onnxruntime-node']),
      tfjs: [],
      model: true,
      tmp: '1777',
      shell: false,
    })
  })

  test('predicts the rows of a file', async () => {
    const rows = join(folder, 'rows.csv')
    writeFileSync(
      rows,
      'sepal length (cm),sepal width (cm),petal length (cm),petal width (cm)\n5.1,3.5,1.4,0.2\n',
    )
    chmodSync(folder, 0o755)
    const flags = ['--volume', `${folder}:/data:ro`]
    const { stdout } = await podman.run(IMAGE, {
      flags,
      args: ['predict', '-i', '/data/rows.csv', '-t', 'csv'],
    })
    expect(JSON.parse(stdout)).toHaveProperty('predictions')
  })

  test('writes nothing but what Node compiles', async () => {
    const container = await podman.start(IMAGE, { flags: ['--network', 'none'] })
    await container.listens()
    const script = `console.log(JSON.stringify(
      ['/tmp', '/home/headrace'].map((folder) => require('node:fs').readdirSync(folder))))`
    const { stdout } = await container.exec(NODE, '-e', script)
    expect(JSON.parse(stdout)).toEqual([['node-compile-cache'], []])
  })
})

describe('the image of a TF.js model that WebAssembly runs', () => {
  test('has no onnxruntime, is small, and scores as headrace serve does', async () => {
    const digits = join(ROOT, 'models/digits-layers/1')
    const file = join(folder, 'digits.tar')
    const args = ['-m', digits, '-o', file, '-n', 'digits:1', '--tfjs-engine', 'wasm']
    await buildImage([...args, '--cache-dir', join(folder, 'a')])
    expect(statSync(file).size).toBeLessThan(47_000_000)
    const [image = ''] = await podman.load(file)
    const listing = `
      const { existsSync } = require('node:fs')
      console.log(existsSync('/opt/headrace/node_modules'), existsSync('/opt/headrace/tfjs-backend-wasm-simd.wasm'))`
    const { stdout } = await podman.run(image, { flags: ['--entrypoint', NODE], args: ['-e', listing] })
    expect(stdout.trim()).toBe('false true')
    const port = await freePort()
    const container = await podman.start(image, { env: { MLFLOW_PORT: String(port) } })
    await container.answers(`http://127.0.0.1:${port}/ping`)
    const example = JSON.parse(readFileSync(join(digits, 'serving_input_example.json'), 'utf8'))
    await serving({ uri: digits, args: ['--tfjs-engine', 'wasm'] }, async (server) => {
      const body = JSON.stringify(example)
      const answer = await invoke(`http://127.0.0.1:${port}`, body)
      expect(answer).toMatch(/^200 /)
      expect(answer).toBe(await invoke(server.url, body))
    })
    expect((await container.terminate()).code).toBe(0)
  })
})
