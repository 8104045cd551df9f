import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseReference } from '../../src/image/registry/image-reference.ts'
import { openBase } from '../../src/image/registry/open-base.ts'
import { pushImage } from '../../src/image/registry/push-image.ts'
import { freePort } from '../fixtures/free-port.ts'
import { CuttingProxy } from '../fixtures/registry/cutting-proxy.ts'
import { imageOf, layerOf, someBytes } from '../fixtures/registry/test-image.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import { buildImage, buildPrograms } from './support/containers/built-image.ts'
import { DockerRegistry } from './support/containers/docker-registry.ts'
import { Podman } from './support/containers/podman.ts'
import { ROOT, run } from './support/headrace-process.ts'
import { score } from './support/serving.ts'

const LOGIN = { username: 'user', password: 'p:äss word' }

const folder = temporaryFolder()
const model = join(folder, 'iris')
const cache = join(folder, 'cache')
const podman = new Podman()
let open: DockerRegistry
let closed: DockerRegistry

beforeAll(async () => {
  await buildPrograms()
  cpSync(join(ROOT, 'models/iris/1'), model, { recursive: true })
  ;[open, closed] = await Promise.all([DockerRegistry.start(), DockerRegistry.start(LOGIN)])
})

afterAll(async () => {
  await Promise.all([podman.stop(), open?.stop(), closed?.stop()])
})

const build = (...args: string[]) => buildImage(['-m', model, '--no-trial', '--cache-dir', cache, ...args])

const example = (): unknown => JSON.parse(readFileSync(join(model, 'serving_input_example.json'), 'utf8'))

describe('a real registry', () => {
  test('gets an image by build-image, of which podman runs what it pulls', async () => {
    const name = `${open.host}/team/iris:1`
    const { digest } = await build('--push', name)
    const raw = await podman.skopeo('inspect', '--tls-verify=false', `docker://${name}`)
    const seen = JSON.parse(raw.stdout)
    expect(seen).toMatchObject({
      Digest: digest,
      Architecture: 'amd64',
      Labels: { 'headrace.model.name': 'iris' },
    })
    await podman.podman('pull', '--quiet', '--tls-verify=false', `${open.host}/team/iris@${digest}`)
    const port = await freePort()
    const container = await podman.start(`${open.host}/team/iris@${digest}`, {
      env: { MLFLOW_PORT: String(port) },
    })
    await container.answers(`http://127.0.0.1:${port}/ping`)
    expect(await score(`http://127.0.0.1:${port}`, example())).toMatchObject({ status: 200 })
    expect((await container.terminate()).code).toBe(0)
  })

  test('gets nothing but a manifest when the image is pushed again', async () => {
    const before = open.requests.length
    await build('--push', `${open.host}/team/iris:2`)
    const methods = open.requests.slice(before).map((request) => request.split(' ')[0])
    expect(methods.filter((method) => method !== 'HEAD')).toEqual(['PUT'])
  })

  test('gives its base for an image that is built upon it, and its layers do not travel', async () => {
    const base = `${open.host}/library/base:1`
    await build('--push', base)
    const before = open.requests.length
    const { digest } = await build('--push', `${open.host}/team/upon:1`, '--base', base)
    const requests = open.requests.slice(before)
    expect(requests.filter((request) => /^GET .*blobs/.test(request))).toHaveLength(1)
    expect(requests.filter((request) => /^POST .*mount=.* 201$/.test(request)).length).toBeGreaterThan(3)
    const { stdout } = await podman.skopeo(
      'inspect',
      '--tls-verify=false',
      `docker://${open.host}/team/upon:1`,
    )
    expect(JSON.parse(stdout)).toMatchObject({ Digest: digest })
  })

  test('takes large blobs in chunks, and gives them back', async () => {
    const bytes = someBytes(3_000_000, 7)
    const image = imageOf([layerOf(bytes)])
    const name = `${open.host}/chunks/image:1`
    await pushImage(image, parseReference(name), { chunkBytes: 1_000_000 })
    expect(open.requests.filter((request) => /^PATCH .*chunks.* 202$/.test(request))).toHaveLength(3)
    const base = await openBase(name, 'linux/amd64', { cacheFolder: folder })
    expect((await buffer(base.layers[0]?.open() ?? Readable.from([]))).equals(bytes)).toBe(true)
  })

  test('gets all of a blob although the connection broke in the middle of a chunk', async () => {
    const bytes = someBytes(6_000_000, 8)
    const proxy = await CuttingProxy.start(open.host, 3_500_000)
    try {
      const image = imageOf([layerOf(bytes)])
      const { digest } = await pushImage(image, parseReference(`${proxy.host}/broken/image:1`), {
        chunkBytes: 2_000_000,
        backoffFactor: 0.05,
      })
      expect(proxy.cuts).toBe(1)
      const base = await openBase(`${open.host}/broken/image@${digest}`, 'linux/amd64', {
        cacheFolder: folder,
      })
      expect((await buffer(base.layers[0]?.open() ?? Readable.from([]))).equals(bytes)).toBe(true)
    } finally {
      await proxy.stop()
    }
  })

  test('with a password is entered by what a login has kept', async () => {
    const name = `${closed.host}/team/iris:1`
    const file = join(folder, 'auth.json')
    const args = ['build-image', '-m', model, '--no-trial', '--cache-dir', cache, '--push', name]
    const { code, stderr } = await run({ args, env: { REGISTRY_AUTH_FILE: file } })
    expect([code, stderr]).toEqual([1, expect.stringContaining(`docker login ${closed.host}`)])
    const { username, password } = LOGIN
    const login = ['login', '--authfile', file, '--tls-verify=false', '-u', username, '-p', password]
    await podman.podman(...login, closed.host)
    const { digest } = await buildImage(args.slice(1), { REGISTRY_AUTH_FILE: file })
    const seen = await podman.skopeo('inspect', '--authfile', file, '--tls-verify=false', `docker://${name}`)
    expect(JSON.parse(seen.stdout)).toMatchObject({ Digest: digest })
    writeFileSync(
      file,
      JSON.stringify({ auths: { [closed.host]: { auth: Buffer.from('user:no').toString('base64') } } }),
    )
    const refused = await run({ args, env: { REGISTRY_AUTH_FILE: file } })
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('do not allow it')])
  })
})
