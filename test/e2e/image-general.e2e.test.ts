import { chmodSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePort } from '../fixtures/free-port.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import { writeNodeBase } from './support/containers/node-base.ts'
import { Podman } from './support/containers/podman.ts'
import { ROOT, run } from './support/headrace-process.ts'
import { score } from './support/serving.ts'

const IMAGE = 'localhost/headrace:general'
const IRIS = join(ROOT, 'models/iris/1')
const EXAMPLE: unknown = JSON.parse(readFileSync(join(IRIS, 'serving_input_example.json'), 'utf8'))
/** The packages are installed twice: two minutes, and many more where the machine does other things as well. */
const BUILD_TIMEOUT_MS = 1_800_000

const folder = temporaryFolder()
const podman = new Podman()

beforeAll(async () => {
  const base = { file: join(folder, 'base.tar'), name: 'docker.io/library/node:24-slim' }
  await writeNodeBase({ ...base, cacheFolder: join(folder, 'cache') })
  await podman.load(base.file)
  const flags = ['--isolation', 'chroot', '--format', 'docker', '--pull-never']
  await podman.buildah('build', ...flags, '--tag', IMAGE, ROOT)
}, BUILD_TIMEOUT_MS)
afterAll(() => podman.stop())

test('serves what is mounted, as nobody in particular, with a root that is read-only', async () => {
  const port = await freePort()
  const flags = ['--read-only', '--cap-drop', 'all', '--volume', `${IRIS}:/opt/ml/model:ro`]
  const server = await podman.start(IMAGE, { flags, env: { MLFLOW_PORT: String(port) } })
  const url = `http://127.0.0.1:${port}`
  await server.answers(`${url}/ping`)
  await server.isHealthy()
  expect(await score(url, EXAMPLE)).toMatchObject({ status: 200 })
  const { stdout } = await server.exec('/usr/local/bin/node', '-p', 'process.getuid()')
  expect(stdout.trim()).toBe('1000')
  expect((await server.terminate()).code).toBe(0)
})

test('is the tracking server, and serves what is registered there', async () => {
  const [trackingPort, port] = [await freePort(), await freePort()]
  const data = shared('data')
  const places = [
    '--backend-store-uri',
    'sqlite:////data/mlflow.db',
    '--artifacts-destination',
    '/data/artifacts',
  ]
  const tracking = await podman.start(IMAGE, {
    flags: ['--read-only', '--volume', `${data}:/data`],
    env: { MLFLOW_PORT: String(trackingPort) },
    args: ['server', ...places],
  })
  const uri = `http://127.0.0.1:${trackingPort}`
  await tracking.answers(`${uri}/health`)
  const args = ['models', 'register', IRIS, '-n', 'iris', '-a', 'champion', '--tracking-uri', uri]
  expect(await run({ args })).toMatchObject({ code: 0 })
  const server = await podman.start(IMAGE, {
    flags: ['--read-only', '--tmpfs', '/home/headrace/.cache:mode=1777'],
    env: { MLFLOW_PORT: String(port), MLFLOW_TRACKING_URI: uri },
    args: ['serve', '-m', 'models:/iris@champion'],
  })
  await server.answers(`http://127.0.0.1:${port}/ping`)
  expect(await score(`http://127.0.0.1:${port}`, EXAMPLE)).toMatchObject({ status: 200 })
  expect([await server.terminate(), await tracking.terminate()].map(({ code }) => code)).toEqual([0, 0])
})

test('builds the image of a model', async () => {
  const out = shared('out')
  const flags = ['--volume', `${IRIS}:/models/iris:ro`, '--volume', `${out}:/out`]
  const args = ['build-image', '-m', 'iris=/models/iris', '-o', '/out/iris.tar', '-n', 'iris:built']
  const { stdout } = await podman.run(IMAGE, { flags, args })
  expect(await podman.load(join(out, 'iris.tar'))).toEqual(['localhost/iris:built'])
  expect((await podman.inspect('localhost/iris:built')).Digest).toBe(stdout.trim())
  const example = '/opt/ml/model/serving_input_example.json'
  const predicted = await podman.run('localhost/iris:built', { args: ['predict', '-i', example] })
  expect(JSON.parse(predicted.stdout)).toEqual({ predictions: expect.any(Array) })
})

/** A folder that the user of a container may write to. */
function shared(name: string): string {
  const path = join(folder, name)
  mkdirSync(path)
  chmodSync(path, 0o777)
  return path
}
