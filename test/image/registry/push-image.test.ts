import { afterEach, describe, expect, test } from 'vitest'
import { parseReference } from '../../../src/image/registry/image-reference.ts'
import type { PushProgress } from '../../../src/image/registry/push/push-meter.ts'
import { type PushOptions, pushImage } from '../../../src/image/registry/push-image.ts'
import { digestOf } from '../../fixtures/registry/reply.ts'
import { imageOf, layerOf, someBytes } from '../../fixtures/registry/test-image.ts'
import {
  type SeenRequest,
  TestRegistry,
  type TestRegistryOptions,
} from '../../fixtures/registry/test-registry.ts'

const SMALL = someBytes(1000, 1)
const LARGE = someBytes(350_000, 2)
const IMAGE = imageOf([layerOf(SMALL), layerOf(LARGE)])
/** Small enough that the larger layer goes in four chunks. */
const CHUNK = 100_000
const UPLOAD = /\/blobs\/uploads\//

const running: TestRegistry[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((registry) => registry.stop()))
})

async function start(options: TestRegistryOptions = {}): Promise<TestRegistry> {
  const registry = await TestRegistry.start(options)
  running.push(registry)
  return registry
}

const NOBODY = { find: async () => undefined }

function push(registry: TestRegistry, options: PushOptions = {}, name = 'team/iris:3', image = IMAGE) {
  return pushImage(image, parseReference(`${registry.host}/${name}`), {
    credentials: NOBODY,
    chunkBytes: CHUNK,
    backoffFactor: 0.001,
    ...options,
  })
}

function isComplete(registry: TestRegistry, repository = 'team/iris'): boolean {
  const layers = [SMALL, LARGE].every((bytes) =>
    registry.store.blob(repository, digestOf(bytes))?.equals(bytes),
  )
  const manifest = registry.store.manifest(repository, '3')
  return layers && manifest !== undefined && digestOf(manifest.bytes) === IMAGE.manifest.digest
}

/** The first of the requests that fit, and not again. */
function once(method: string, path: RegExp): (request: SeenRequest) => boolean {
  let isDone = false
  return (request) => {
    if (isDone || request.method !== method || !path.test(request.url)) return false
    isDone = true
    return true
  }
}

describe('a push', () => {
  test('sends all there is: small blobs by one request, large ones in chunks, the manifest last', async () => {
    const registry = await start()
    expect(await push(registry)).toEqual({ digest: IMAGE.manifest.digest })
    expect(isComplete(registry)).toBe(true)
    const chunks = registry.requests('PATCH', UPLOAD)
    expect(chunks.map(({ headers }) => headers['content-range'])).toEqual([
      '0-99999',
      '100000-199999',
      '200000-299999',
      '300000-349999',
    ])
    expect(registry.seen.at(-1)).toMatchObject({ method: 'PUT', url: '/v2/team/iris/manifests/3' })
    expect(registry.seen.at(-1)?.headers['content-type']).toBe('application/vnd.oci.image.manifest.v1+json')
  })

  test('sends no blob that is there', async () => {
    const registry = await start()
    await push(registry)
    const before = registry.seen.length
    let last: PushProgress | undefined
    await push(registry, {
      onProgress: (progress) => {
        last = progress
      },
    })
    expect(registry.seen.slice(before).map(({ method }) => method)).toEqual(['HEAD', 'HEAD', 'HEAD', 'PUT'])
    expect(last).toMatchObject({ blobs: 3, blobsDone: 3, blobsThere: 3, doneBytes: last?.totalBytes })
  })

  test('sends a layer once that is there twice', async () => {
    const registry = await start()
    await push(registry, {}, 'twice:1', imageOf([layerOf(SMALL), layerOf(SMALL)]))
    expect(registry.requests('POST', UPLOAD)).toHaveLength(2)
  })

  test('takes layers from where the same registry has them', async () => {
    const registry = await start({ auth: 'token', username: 'u', password: 'p' })
    const credentials = { find: async () => ({ username: 'u', password: 'p' }) }
    registry.store.putBlob('library/base', LARGE)
    const held = { ...layerOf(LARGE), heldBy: { registry: registry.host, repository: 'library/base' } }
    const elsewhere = { ...layerOf(SMALL), heldBy: { registry: 'other.example', repository: 'library/base' } }
    const image = imageOf([held, elsewhere])
    await push(registry, { credentials }, 'team/iris:3', image)
    expect(registry.store.blob('team/iris', held.digest)?.equals(LARGE)).toBe(true)
    expect(registry.seen.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(10_000)
    const scopes = new URL(
      registry.requests('GET', /^\/token/)[0]?.url ?? '',
      'http://x',
    ).searchParams.getAll('scope')
    expect(scopes).toContain('repository:library/base:pull')
  })

  test('takes a layer from there also where an equal one was made anew', async () => {
    const registry = await start()
    registry.store.putBlob('library/base', LARGE)
    const held = { ...layerOf(LARGE), heldBy: { registry: registry.host, repository: 'library/base' } }
    for (const [tag, layers] of [
      ['1', [held, layerOf(LARGE)]],
      ['2', [layerOf(LARGE), held]],
    ] as const) {
      await push(registry, {}, `equal${tag}:1`, imageOf(layers))
    }
    expect(registry.requests('PATCH', UPLOAD)).toHaveLength(0)
  })

  test('sends a layer that cannot be taken from there after all', async () => {
    const registry = await start()
    const held = { ...layerOf(LARGE), heldBy: { registry: registry.host, repository: 'library/base' } }
    await push(registry, {}, 'team/iris:3', imageOf([held]))
    expect(registry.store.blob('team/iris', held.digest)?.equals(LARGE)).toBe(true)
  })

  test('tells how far it is, up to all of it', async () => {
    const told: PushProgress[] = []
    await push(await start(), { onProgress: (progress) => told.push(progress) })
    const bytes = told.map(({ doneBytes }) => doneBytes)
    expect(bytes).toEqual([...bytes].sort((one, other) => one - other))
    expect(told.length).toBeGreaterThan(4)
    expect(told.at(-1)).toMatchObject({ doneBytes: told.at(-1)?.totalBytes, blobsDone: 3, blobsThere: 0 })
  })

  test('by a digest is for that image and no other', async () => {
    const registry = await start()
    await push(registry, {}, `team/iris@${IMAGE.manifest.digest}`)
    expect(registry.store.manifest('team/iris', IMAGE.manifest.digest)).toBeDefined()
    await expect(push(registry, {}, `team/iris@sha256:${'0'.repeat(64)}`)).rejects.toThrow('its name says')
  })

  test('is over as soon as its signal says so', async () => {
    const stop = new AbortController()
    const registry = await start({ fault: () => void stop.abort() })
    await expect(push(registry, { signal: stop.signal })).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(registry.requests('PUT', /manifests/)).toHaveLength(0)
  })
})

describe('a push over a bad connection', () => {
  test('goes on with a chunk where it broke off', async () => {
    const broken = once('PATCH', /_state=1/)
    const registry = await start({
      fault: (request) => (broken(request) ? { breakAfter: 60_000 } : undefined),
    })
    await push(registry)
    expect(isComplete(registry)).toBe(true)
    const sent = registry.requests('PATCH', UPLOAD).reduce((sum, { bytes }) => sum + bytes, 0)
    expect(sent).toBe(LARGE.length)
  })

  test('begins anew where the registry has forgotten the upload', async () => {
    const broken = once('PATCH', /_state=2/)
    const registry = await start({
      fault: (request) => {
        if (!broken(request)) return undefined
        registry.store.forget(/uploads\/([^?]+)/.exec(request.url)?.[1] ?? '')
        return { status: 503 }
      },
    })
    await push(registry)
    expect(isComplete(registry)).toBe(true)
  })

  test('does not send again what has arrived without an answer', async () => {
    const cut = once('PUT', /digest=/)
    const registry = await start({
      fault: (request) =>
        cut(request) ? { breakAfter: Number(request.headers['content-length']) } : undefined,
    })
    await push(registry)
    expect(isComplete(registry)).toBe(true)
  })

  test('waits as long as the registry asks for', async () => {
    const busy = once('POST', UPLOAD)
    const registry = await start({
      fault: (request) => (busy(request) ? { status: 429, headers: { 'retry-after': '1' } } : undefined),
    })
    const start0 = performance.now()
    await push(registry)
    expect(performance.now() - start0).toBeGreaterThan(900)
    expect(isComplete(registry)).toBe(true)
  })

  test('tries each request some times and no more', async () => {
    const registry = await start({
      fault: ({ method }) => (method === 'PATCH' ? { status: 502 } : undefined),
    })
    const warnings: string[] = []
    const log = { warn: (_facts: object, message: string) => warnings.push(message) }
    await expect(push(registry, { maxRetries: 3, log })).rejects.toThrow(/was answered with 502/)
    expect(registry.requests('PATCH', UPLOAD)).toHaveLength(4)
    expect(warnings).toHaveLength(3)
    expect(warnings[0]).toContain(`${registry.host}/team/iris`)
    expect(registry.requests('PUT', /manifests/)).toHaveLength(0)
  })

  test('says which host does not answer', async () => {
    const registry = await start()
    await registry.stop()
    await expect(push(registry, { maxRetries: 1 })).rejects.toThrow(
      /127\.0\.0\.1:\d+.* the connection was refused/,
    )
    running.splice(0)
  })
})

describe('a registry', () => {
  test('that takes no chunks gets a large blob by one request', async () => {
    const registry = await start({ noChunks: true })
    await push(registry)
    expect(isComplete(registry)).toBe(true)
    expect(registry.requests('PATCH', UPLOAD)).toHaveLength(1)
  })

  test.each(['0-0', '0-999999'])(
    'that says it has %s after every chunk gets a large blob by one request',
    async (range) => {
      const registry = await start({
        fault: ({ method, url }) =>
          method === 'PATCH' ? { status: 202, headers: { location: url, range } } : undefined,
      })
      await push(registry)
      expect(isComplete(registry)).toBe(true)
      expect(registry.requests('PATCH', UPLOAD)).toHaveLength(1)
    },
    5000,
  )

  test('gets chunks as large as it asks for', async () => {
    const registry = await start({ minimumChunk: 200_000 })
    await push(registry)
    expect(registry.requests('PATCH', UPLOAD).map(({ bytes }) => bytes)).toEqual([200_000, 150_000])
    expect(isComplete(registry)).toBe(true)
  })

  test('that refuses an image is quoted', async () => {
    const errors = [{ code: 'MANIFEST_INVALID', message: 'manifest invalid', detail: { reason: 'too old' } }]
    const registry = await start({
      fault: ({ method, url }) =>
        method === 'PUT' && url.includes('/manifests/')
          ? { status: 400, body: Buffer.from(JSON.stringify({ errors })) }
          : undefined,
    })
    await expect(push(registry)).rejects.toThrow(
      `${registry.host}/team/iris: manifest 3 was answered with 400, MANIFEST_INVALID: manifest invalid ({"reason":"too old"})`,
    )
  })

  test('that says it has something else is not believed', async () => {
    const other = `sha256:${'1'.repeat(64)}`
    const registry = await start({
      fault: ({ method, url }) =>
        method === 'PUT' && url.includes('/manifests/')
          ? { status: 201, headers: { 'docker-content-digest': other } }
          : undefined,
    })
    await expect(push(registry)).rejects.toThrow(`has ${other} in place of ${IMAGE.manifest.digest}`)
  })
})

describe('credentials', () => {
  const credentials = { find: async () => ({ username: 'u', password: 'p:w' }) }
  const login = { username: 'u', password: 'p:w' }

  test('go by Basic authentication where that is asked for', async () => {
    const registry = await start({ auth: 'basic', ...login })
    await push(registry, { credentials })
    expect(isComplete(registry)).toBe(true)
  })

  test('get a token, and another when it is no longer taken', async () => {
    const registry = await start({ auth: 'token', ...login, tokenUses: 6 })
    await push(registry, { credentials })
    expect(isComplete(registry)).toBe(true)
    expect(registry.requests('GET', /^\/token/).length).toBeGreaterThan(1)
  })

  test('may be an identity token', async () => {
    const registry = await start({ auth: 'token', ...login, identityToken: 'refresh' })
    await push(registry, { credentials: { find: async () => ({ identityToken: 'refresh' }) } })
    expect(isComplete(registry)).toBe(true)
    expect(registry.requests('POST', /^\/token/)).toHaveLength(1)
  })

  test('are never shown to an object store', async () => {
    const registry = await start({ auth: 'token', ...login, objectStore: true })
    await push(registry, { credentials })
    expect(isComplete(registry)).toBe(true)
    const elsewhere = registry.seen.filter(({ place }) => place === 'objects')
    expect(elsewhere.length).toBeGreaterThan(4)
    expect(elsewhere.filter(({ headers }) => headers.authorization !== undefined)).toEqual([])
  })

  test('are not shown where nobody asks', async () => {
    const registry = await start()
    await push(registry, { credentials: { find: () => Promise.reject(new Error('looked up')) } })
    expect(registry.seen.filter(({ headers }) => headers.authorization !== undefined)).toEqual([])
  })

  test.each(['basic', 'token'] as const)('that are wrong, or missing, are told (%s)', async (auth) => {
    const registry = await start({ auth, ...login })
    const wrong = { find: async () => ({ username: 'u', password: 'secret' }) }
    const refusal = await push(registry, { credentials: wrong }).catch((error: unknown) => error)
    expect(refusal).toMatchObject({ code: 'UNAUTHENTICATED' })
    expect(String(refusal)).toContain(`The credentials kept for ${registry.host} do not allow it`)
    expect(String(refusal)).not.toContain('secret')
    await expect(push(registry)).rejects.toThrow(`docker login ${registry.host}`)
  })

  test('go to no token server by plain HTTP of another machine', async () => {
    const challenge = 'Bearer realm="http://tokens.example/token",service="x"'
    const registry = await start({
      fault: () => ({ status: 401, headers: { 'www-authenticate': challenge } }),
    })
    await expect(push(registry, { credentials })).rejects.toThrow(
      'over plain HTTP: credentials are not sent there',
    )
  })
})
