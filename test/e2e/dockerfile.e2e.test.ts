import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dockerfileText } from '../../src/image/dockerfile/dockerfile-text.ts'
import { configOf } from '../../src/image/image-config-of.ts'
import { freePort } from '../fixtures/free-port.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import { buildImage, buildPrograms } from './support/containers/built-image.ts'
import { Podman } from './support/containers/podman.ts'
import { ROOT, run } from './support/headrace-process.ts'

const IRIS = join(ROOT, 'models/iris/1')
/** What a Dockerfile builds upon, by its public name; here it is an image of Headrace's own, which has Node in the same place. */
const NODE_IMAGE = 'docker.io/library/node:24-slim'
const EXAMPLE = readFileSync(join(IRIS, 'serving_input_example.json'), 'utf8')

let podman: Podman
const folder = temporaryFolder()

beforeAll(async () => {
  await buildPrograms()
  podman = new Podman()
  const archive = join(folder, 'base.tar')
  await buildImage(['-m', IRIS, '-o', archive, '--no-trial'])
  const [name = ''] = await podman.load(archive)
  await podman.podman('tag', name, NODE_IMAGE)
})
afterAll(() => podman?.stop())

const build = (context: string, name: string) =>
  podman.buildah(
    'build',
    '--isolation',
    'chroot',
    '--format',
    'docker',
    '--pull-never',
    '--tag',
    name,
    context,
  )

async function generate(...args: string[]): Promise<string> {
  const context = join(temporaryFolder(), 'out')
  const { code, stderr } = await run({ args: ['generate-dockerfile', '-d', context, ...args] })
  expect([code, stderr]).toEqual([0, expect.stringContaining(`Wrote ${context}`)])
  return context
}

async function score(url: string): Promise<unknown> {
  const headers = { 'content-type': 'application/json' }
  const reply = await fetch(`${url}/invocations`, { method: 'POST', body: EXAMPLE, headers })
  return [reply.status, await reply.json()]
}

test('a generated Dockerfile makes an image that serves its model', async () => {
  const name = 'localhost/iris:generated'
  await build(await generate('-m', `iris=${IRIS}`, '--label', 'team=it\'s "ours" for $1'), name)
  const { User, Labels, Config } = await podman.inspect(name)
  expect([User, Labels['team'], Config.Cmd]).toEqual(['1000:1000', 'it\'s "ours" for $1', ['serve']])
  const port = await freePort()
  const server = await podman.start(name, {
    flags: ['--read-only', '--cap-drop', 'all'],
    env: { MLFLOW_PORT: String(port) },
  })
  const url = `http://127.0.0.1:${port}`
  await server.answers(`${url}/ping`)
  await server.isHealthy()
  expect(await score(url)).toEqual([200, { predictions: expect.arrayContaining([expect.any(Object)]) }])
  const { stdout } = await server.exec('/usr/local/bin/node', '-p', 'process.getuid()')
  expect(stdout.trim()).toBe('1000')
  expect((await fetch(`${url}/v2/models/iris/ready`)).status).toBe(200)
  expect((await server.terminate()).code).toBe(0)
  // Its model is the one that is predicted with, too.
  const example = '/opt/ml/model/serving_input_example.json'
  const predicted = await podman.run(name, { flags: ['--read-only'], args: ['predict', '-i', example] })
  expect(JSON.parse(predicted.stdout)).toEqual({ predictions: expect.any(Array) })
})

test.each(['buildah', 'podman'])(
  'build-docker has %s make the image, and leaves nothing else',
  async (builder) => {
    const name = `localhost/iris:${builder}`
    const env = { ...podman.env, TMPDIR: temporaryFolder(), BUILDAH_ISOLATION: 'chroot' }
    const args = ['build-docker', '-m', IRIS, '-n', name, '--builder', builder]
    expect(await run({ args, env })).toMatchObject({ code: 0 })
    expect(readdirSync(env.TMPDIR).filter((entry) => entry.startsWith('headrace-'))).toEqual([])
    const { Labels, User } = await podman.inspect(name)
    expect([User, Labels['headrace.model.run_id']]).toEqual(['1000:1000', '7ae4fdbb23e342eaacc2204e5d9dc7c1'])
    const example = '/opt/ml/model/serving_input_example.json'
    const predicted = await podman.run(name, { flags: ['--read-only'], args: ['predict', '-i', example] })
    expect(JSON.parse(predicted.stdout)).toEqual({ predictions: expect.any(Array) })
    const failed = await run({ args: [...args, '--base', 'localhost/missing:1'], env })
    expect(failed.code).not.toBe(0)
    expect(failed.stderr).toContain('localhost/missing:1')
  },
)

test('one without a model serves what is mounted', async () => {
  const name = 'localhost/mounted'
  await build(await generate(), name)
  const port = await freePort()
  const server = await podman.start(name, {
    flags: ['--read-only', '--volume', `${IRIS}:/opt/ml/model:ro`],
    env: { MLFLOW_PORT: String(port) },
  })
  const url = `http://127.0.0.1:${port}`
  await server.answers(`${url}/ping`)
  expect(await score(url)).toEqual([200, { predictions: expect.any(Array) }])
  await server.terminate()
})

test('the working folder is the user’s, who may write there', async () => {
  const context = join(folder, 'working')
  mkdirSync(context)
  const config = { ...configOf({ platform: 'linux/amd64', version: '0' }), workingFolder: '/home/other' }
  writeFileSync(join(context, 'Dockerfile'), dockerfileText({ config, base: NODE_IMAGE, trees: [] }))
  await build(context, 'localhost/working')
  const flags = ['--entrypoint', '/usr/local/bin/node']
  const args = ['-p', "process.cwd() + ' ' + require('node:fs').statSync('.').uid"]
  const { stdout } = await podman.run('localhost/working', { flags, args })
  expect(stdout.trim()).toBe('/home/other 1000')
})

test('a TF.js model needs no onnxruntime of a Dockerfile where WebAssembly runs it', async () => {
  const context = await generate('-m', join(ROOT, 'models/digits-layers/1'), '--tfjs-engine', 'wasm')
  expect(readFileSync(join(context, 'Dockerfile'), 'utf8')).not.toContain('onnxruntime')
})

describe('values that no shell would like', () => {
  const VALUES = [
    ...[
      "'",
      '"',
      '\\',
      '$HOME',
      `\${HOME}`,
      '$(id)',
      '`id`',
      '#',
      "a\\' b",
      "'\\''  ",
      '\\\\',
      '\\"',
      'a b=c',
    ],
    ...['<<EOF', ' leading', 'trailing ', 'é \u{1f600}', '%s', '\\n', "it's \\"],
  ]

  test('are in the image as they were given', async () => {
    const context = join(folder, 'hostile')
    mkdirSync(context)
    const entries = VALUES.map((value, i) => [`V${i}`, value] as const)
    const config = configOf({ platform: 'linux/amd64', version: '0' })
    const hostile = {
      ...config,
      environment: Object.fromEntries(entries),
      labels: Object.fromEntries(entries),
    }
    const text = dockerfileText({ config: hostile, base: NODE_IMAGE, trees: [] })
    writeFileSync(join(context, 'Dockerfile'), text)
    await build(context, 'localhost/hostile')
    const { Labels, Config } = await podman.inspect('localhost/hostile')
    expect(Labels).toMatchObject(Object.fromEntries(entries))
    expect(Config.Env).toEqual(expect.arrayContaining(entries.map(([name, value]) => `${name}=${value}`)))
  })
})
