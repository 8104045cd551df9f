import { execFileSync } from 'node:child_process'
import { createWriteStream, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { ServingError } from '../../../src/core/errors.ts'
import type { BaseImage } from '../../../src/image/image.ts'
import { tarOf } from '../../../src/image/oci/tar.ts'
import { writeArchive } from '../../../src/image/oci/write-archive.ts'
import { writeLayout } from '../../../src/image/oci/write-layout.ts'
import type { Platform } from '../../../src/image/platform.ts'
import { parseReference } from '../../../src/image/registry/image-reference.ts'
import { type OpenBaseOptions, openBase } from '../../../src/image/registry/open-base.ts'
import { pushImage } from '../../../src/image/registry/push-image.ts'
import { digestOf } from '../../fixtures/registry/reply.ts'
import { blobOf, descriptorOf, imageOf, layerOf, someBytes } from '../../fixtures/registry/test-image.ts'
import {
  type SeenRequest,
  TestRegistry,
  type TestRegistryOptions,
} from '../../fixtures/registry/test-registry.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'

const SMALL = someBytes(1000, 1)
const LARGE = someBytes(350_000, 2)
const IMAGE = imageOf([layerOf(SMALL), layerOf(LARGE)])
const NOBODY = { find: async () => undefined }
const INDEX = 'application/vnd.oci.image.index.v1+json'

const running: TestRegistry[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((registry) => registry.stop()))
})

async function start(options: TestRegistryOptions = {}): Promise<TestRegistry> {
  const registry = await TestRegistry.start(options)
  running.push(registry)
  await pushed(registry)
  return registry
}

async function pushed(registry: TestRegistry, image = IMAGE, name = 'library/base:1'): Promise<void> {
  const { store } = registry
  const repository = name.split(':')[0] ?? ''
  for (const blob of [...image.layers, image.config]) store.putBlob(repository, await buffer(blob.open()))
  const { mediaType } = image.manifest
  store.putManifest(repository, name.split(':')[1] ?? '', {
    mediaType,
    bytes: await buffer(image.manifest.open()),
  })
}

function open(text: string, options: Partial<OpenBaseOptions> = {}, platform: Platform = 'linux/amd64') {
  return openBase(text, platform, {
    credentials: NOBODY,
    backoffFactor: 0.001,
    cacheFolder: temporaryFolder(),
    ...options,
  })
}

async function expectTheImage(base: BaseImage): Promise<void> {
  expect(base.platform).toBe('linux/amd64')
  expect(base.environment).toEqual({ PATH: '/bin', LANG: 'C' })
  expect(
    base.layers.map(({ digest, size, diffId, createdBy }) => ({ digest, size, diffId, createdBy })),
  ).toEqual(IMAGE.layers.map(({ digest, size, diffId, createdBy }) => ({ digest, size, diffId, createdBy })))
  for (const [index, bytes] of [SMALL, LARGE].entries()) {
    expect((await buffer(base.layers[index]?.open() ?? Readable.from([]))).equals(bytes)).toBe(true)
  }
}

describe('a base image in a registry', () => {
  test('is read, and its layers are fetched when they are wanted', async () => {
    const registry = await start()
    const cacheFolder = temporaryFolder()
    const base = await open(`${registry.host}/library/base:1`, { cacheFolder })
    expect(base.digest).toBe(IMAGE.manifest.digest)
    expect(base.reference).toBe(`${registry.host}/library/base:1`)
    expect(registry.requests('GET', /blobs/)).toHaveLength(1)
    await expectTheImage(base)
    await expectTheImage(base)
    expect(registry.requests('GET', /blobs/)).toHaveLength(3)
    const again = await open(`${registry.host}/library/base@${IMAGE.manifest.digest}`, { cacheFolder })
    await expectTheImage(again)
    expect(registry.requests('GET', /blobs/)).toHaveLength(3)
  })

  test('is known by its name in full, whatever the user has left out', async () => {
    const registry = await start()
    await pushed(registry, IMAGE, 'library/base:latest')
    const base = await open(`${registry.host}/library/base`)
    expect(base.reference).toBe(`${registry.host}/library/base:latest`)
  })

  test('is fetched anew where the cache was damaged, and told where it cannot be written', async () => {
    const registry = await start()
    const cacheFolder = temporaryFolder()
    await expectTheImage(await open(`${registry.host}/library/base:1`, { cacheFolder }))
    const kept = join(cacheFolder, 'blobs/sha256', digestOf(LARGE).replace('sha256:', ''))
    writeFileSync(kept, Buffer.from(LARGE).reverse())
    await expectTheImage(await open(`${registry.host}/library/base:1`, { cacheFolder }))
    expect(readFileSync(kept).equals(LARGE)).toBe(true)
    await expect(open(`${registry.host}/library/base:1`, { cacheFolder: kept })).rejects.toMatchObject({
      code: 'INVALID_STATE',
      message: expect.stringMatching(/^The cache of blobs at .* cannot be used: ENOTDIR/),
    })
  })

  test('is chosen by its platform', async () => {
    const registry = await start()
    const other = blobOf(Buffer.from('{}'), IMAGE.manifest.mediaType)
    const manifests = [
      { ...descriptorOf(other), platform: { os: 'linux', architecture: 's390x' } },
      { ...descriptorOf(IMAGE.manifest), platform: { os: 'linux', architecture: 'amd64' } },
      { ...descriptorOf(other), platform: { os: 'unknown', architecture: 'unknown' } },
    ]
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests }))
    registry.store.putManifest('library/base', 'all', { mediaType: INDEX, bytes })
    const base = await open(`${registry.host}/library/base:all`)
    expect(base.digest).toBe(IMAGE.manifest.digest)
    await expectTheImage(base)
    await expect(open(`${registry.host}/library/base:all`, {}, 'linux/arm64')).rejects.toThrow(
      'it is not there for linux/arm64 (it is for linux/s390x, linux/amd64)',
    )
  })

  test('of one platform is for no other', async () => {
    const registry = await start()
    await expect(open(`${registry.host}/library/base:1`, {}, 'linux/arm64')).rejects.toThrow(
      'it is for linux/amd64, and linux/arm64 is wanted',
    )
  })

  test('travels not at all into the same registry', async () => {
    const registry = await start()
    const base = await open(`${registry.host}/library/base:1`)
    const image = imageOf([...base.layers, layerOf(someBytes(10, 3))])
    await pushImage(image, parseReference(`${registry.host}/team/iris:1`), { credentials: NOBODY })
    expect(registry.requests('GET', /blobs/)).toHaveLength(1)
    expect(registry.store.blob('team/iris', digestOf(LARGE))?.equals(LARGE)).toBe(true)
  })

  test('comes from an object store without the credentials of the registry', async () => {
    const login = { username: 'u', password: 'p' }
    const registry = await start({ auth: 'token', ...login, objectStore: true })
    await expectTheImage(
      await open(`${registry.host}/library/base:1`, { credentials: { find: async () => login } }),
    )
    const elsewhere = registry.seen.filter(({ place }) => place === 'objects')
    expect(elsewhere).toHaveLength(3)
    expect(elsewhere.filter(({ headers }) => headers.authorization !== undefined)).toEqual([])
  })

  test('goes on where a download broke off', async () => {
    let cuts = 0
    const isLarge = ({ url }: SeenRequest): boolean => url.endsWith(digestOf(LARGE))
    const registry = await start({
      fault: (request) => (isLarge(request) && cuts++ < 2 ? { cutAfter: 100_000 } : undefined),
    })
    await expectTheImage(await open(`${registry.host}/library/base:1`))
    const ranges = registry.seen.filter(isLarge).map(({ headers }) => headers.range)
    expect(ranges).toHaveLength(3)
    expect(ranges[0]).toBeUndefined()
    expect(ranges[2]).toMatch(/^bytes=[1-9]\d*-$/)
  })

  test('is refused, and not kept, where a layer is not the one of its digest', async () => {
    const wrong = Buffer.from(LARGE).fill(0, 5, 6)
    const registry = await start({
      fault: ({ url }) => (url.endsWith(digestOf(LARGE)) ? { status: 200, body: wrong } : undefined),
    })
    const cacheFolder = temporaryFolder()
    const base = await open(`${registry.host}/library/base:1`, { cacheFolder })
    await expect(buffer(base.layers[1]?.open() ?? Readable.from([]))).rejects.toThrow(
      'another digest or size',
    )
    expect(readdirSync(join(cacheFolder, 'blobs/sha256'))).toHaveLength(1)
  })

  test('that is not there is told as the registry tells it', async () => {
    const registry = await start()
    await expect(open(`${registry.host}/library/nothing:1`)).rejects.toThrow(
      'manifest 1 was answered with 404, MANIFEST_UNKNOWN: manifest unknown',
    )
  })

  test('by a digest is that image', async () => {
    const registry = await start({
      fault: ({ url }) =>
        url.includes('/manifests/') ? { status: 200, body: Buffer.from('{}') } : undefined,
    })
    await expect(open(`${registry.host}/library/base@${IMAGE.manifest.digest}`)).rejects.toThrow(
      'another digest',
    )
    await expect(open(`${registry.host}/library/base:1`)).rejects.toThrow("no list 'layers'")
  })
})

describe('a base image of this machine', () => {
  const name = 'localhost/base:1'

  test('may be an OCI layout', async () => {
    const folder = join(temporaryFolder(), 'layout')
    await writeLayout(IMAGE, { folder, name })
    const read = await open(`oci:${folder}`)
    await expectTheImage(read)
    expect(read.reference).toBeUndefined()
    await expectTheImage(await open(`oci:${folder}:1`))
    await expectTheImage(await open(`oci:${folder}:${name}`))
    await expect(open(`oci:${folder}:2`)).rejects.toThrow('no image there is called that')
    const layer = join(folder, 'blobs', digestOf(SMALL).replace(':', '/'))
    writeFileSync(layer, Buffer.from(SMALL).reverse())
    const base = await open(`oci:${folder}`)
    await expect(buffer(base.layers[0]?.open() ?? Readable.from([]))).rejects.toThrow('another digest')
  })

  test('may be an archive, of OCI or of docker', async () => {
    const file = join(temporaryFolder(), 'base.tar')
    await writeArchive(IMAGE, { file, name })
    await expectTheImage(await open(`oci-archive:${file}`))
    await expectTheImage(await open(`oci-archive:${file}:1`))
    await expectTheImage(await open(`docker-archive:${file}`))
    await expectTheImage(await open(`docker-archive:${file}:${name}`))
    await expect(open(`docker-archive:${file}:2`)).rejects.toThrow('no image there is called that')
    await expect(open(`oci:${file}`)).rejects.toThrow('a file, which is oci-archive:')
    await expect(open(`oci-archive:${file}x`)).rejects.toThrow('is not there')
  })

  test('in a layout with others has to be named', async () => {
    const folder = join(temporaryFolder(), 'layout')
    await writeLayout(IMAGE, { folder, name })
    await writeLayout(imageOf([layerOf(SMALL)]), { folder, name: 'localhost/other:7' })
    await expect(open(`oci:${folder}`)).rejects.toThrow('it holds several images: put :TAG behind it')
    await expectTheImage(await open(`oci:${folder}:1`))
  })

  test('may be what docker save wrote, with links and long names', async () => {
    const folder = temporaryFolder()
    const id = 'a'.repeat(120)
    mkdirSync(join(folder, id))
    writeFileSync(join(folder, id, 'layer.tar'), SMALL)
    mkdirSync(join(folder, 'links'))
    symlinkSync(`../${id}/layer.tar`, join(folder, 'links', 'layer.tar'))
    const image = imageOf([layerOf(SMALL), layerOf(SMALL)])
    writeFileSync(join(folder, 'config.json'), await buffer(image.config.open()))
    const layers = [`${id}/layer.tar`, 'links/layer.tar']
    writeFileSync(join(folder, 'manifest.json'), JSON.stringify([{ Config: 'config.json', Layers: layers }]))
    for (const format of ['gnu', 'pax']) {
      const file = join(temporaryFolder(), 'saved.tar')
      const names = ['manifest.json', 'config.json', id, 'links']
      execFileSync('tar', [`--format=${format}`, '-cf', file, '-C', folder, ...names])
      const base = await open(`docker-archive:${file}`)
      expect(base.layers.map(({ digest }) => digest)).toEqual([digestOf(SMALL), digestOf(SMALL)])
      expect((await buffer(base.layers[1]?.open() ?? Readable.from([]))).equals(SMALL)).toBe(true)
    }
  })

  test('keeps gzip layers as they are, with the digests of what they hold', async () => {
    const packed = blobOf(gzipSync(SMALL), 'application/vnd.docker.image.rootfs.diff.tar.gzip')
    const layer = { ...packed, diffId: digestOf(SMALL), createdBy: 'docker' }
    const folder = join(temporaryFolder(), 'layout')
    await writeLayout(imageOf([layer]), { folder, name })
    const base = await open(`oci:${folder}`)
    expect(base.layers[0]).toMatchObject({
      mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
      digest: packed.digest,
      diffId: digestOf(SMALL),
    })
  })

  test('with a layer that may not be passed on is refused', async () => {
    const foreign = {
      ...layerOf(SMALL),
      mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
    }
    const folder = join(temporaryFolder(), 'layout')
    await writeLayout(imageOf([foreign]), { folder, name })
    await expect(open(`oci:${folder}`)).rejects.toThrow('may not be passed on')
  })

  test('that is compressed, or nothing of the kind, is refused', async () => {
    const folder = temporaryFolder()
    const file = join(folder, 'base.tar')
    await writeArchive(IMAGE, { file, name })
    writeFileSync(`${file}.gz`, gzipSync(readFileSync(file)))
    await expect(open(`oci-archive:${file}.gz`)).rejects.toThrow('gunzip')
    writeFileSync(join(folder, 'text'), 'x'.repeat(2000))
    await expect(open(`oci-archive:${join(folder, 'text')}`)).rejects.toThrow('no tar')
    await expect(open(`oci:${folder}`)).rejects.toThrow('there is no index.json')
    const empty = join(folder, 'empty.tar')
    await pipeline(Readable.from(tarOf([])), createWriteStream(empty))
    await expect(open(`docker-archive:${empty}`)).rejects.toThrow('there is no manifest.json')
  })

  test('with damaged bytes is read, or refused by a sentence', async () => {
    const file = join(temporaryFolder(), 'base.tar')
    await writeArchive(imageOf([layerOf(SMALL)]), { file, name })
    const bytes = readFileSync(file)
    const damage = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 5 })
    await fc.assert(
      fc.asyncProperty(damage, fc.constantFrom('oci-archive', 'docker-archive'), async (places, kind) => {
        const damaged = Buffer.from(bytes)
        for (const [at, value] of places) damaged[at] = value
        writeFileSync(file, damaged)
        const outcome = await open(`${kind}:${file}`).catch((error: unknown) => error)
        if (outcome instanceof Error) expect(outcome).toBeInstanceOf(ServingError)
      }),
      { numRuns: 200 },
    )
  })

  test.each(['-512', '1e400', 'x'])(
    'whose archive says that an entry has %s bytes is refused',
    async (size) => {
      const file = join(temporaryFolder(), 'base.tar')
      const folder = temporaryFolder()
      writeFileSync(join(folder, 'index.json'), '{}')
      execFileSync('tar', [
        '--format=pax',
        `--pax-option=size:=${size}`,
        '-cf',
        file,
        '-C',
        folder,
        'index.json',
      ])
      await expect(open(`oci-archive:${file}`)).rejects.toThrow('has no size')
    },
  )
})
