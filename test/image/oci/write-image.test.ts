import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { lstat, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Image, ImageConfig } from '../../../src/image/image.ts'
import { composeImage } from '../../../src/image/oci/compose-image.ts'
import { packLayer } from '../../../src/image/oci/pack-layer.ts'
import { archiveOf, writeArchive } from '../../../src/image/oci/write-archive.ts'
import { writeLayout } from '../../../src/image/oci/write-layout.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'
import { bytesOf, planOf, textEntry } from './support/entries.ts'

const NAME = 'localhost/iris:latest'

async function imageOf(...texts: readonly string[]): Promise<Image> {
  const cacheFolder = temporaryFolder()
  const { signal } = new AbortController()
  const plans = texts.map((text) => planOf({ entries: [textEntry('a', text)] }))
  const layers = await Promise.all(plans.map((plan) => packLayer(plan, { cacheFolder, signal })))
  const config: ImageConfig = {
    platform: 'linux/amd64',
    user: '0:0',
    environment: {},
    entrypoint: ['/a'],
    command: [],
    workingFolder: '/',
    ports: [],
    labels: {},
    stopSignal: 'SIGTERM',
  }
  return composeImage({ config, layers })
}

/** What is wrong with a layout, by digests alone. */
async function expectWhole(folder: string, images: readonly (readonly [string, Image])[]): Promise<void> {
  expect(JSON.parse(await readFile(join(folder, 'oci-layout'), 'utf8'))).toEqual({
    imageLayoutVersion: '1.0.0',
  })
  const index = JSON.parse(await readFile(join(folder, 'index.json'), 'utf8'))
  expect(index).toMatchObject({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: images.map(([name, { manifest }]) => ({
      mediaType: manifest.mediaType,
      digest: manifest.digest,
      size: manifest.size,
      annotations: { 'org.opencontainers.image.ref.name': name },
    })),
  })
  for (const { manifest, config, layers } of images.map(([, image]) => image)) {
    for (const { digest, size } of [manifest, config, ...layers]) {
      const bytes = await readFile(join(folder, 'blobs', digest.replace(':', '/')))
      expect(`sha256:${createHash('sha256').update(bytes).digest('hex')}`).toBe(digest)
      expect(bytes).toHaveLength(size)
    }
  }
}

test('an archive is an OCI layout with what older Docker asks for', async () => {
  const folder = temporaryFolder()
  const image = await imageOf('one', 'two', 'one')
  const told: number[] = []
  const file = join(folder, 'iris.tar')
  await writeArchive(image, { file, name: NAME, onProgress: (bytes) => told.push(bytes) })
  expect(told.reduce((sum, bytes) => sum + bytes, 0)).toBe((await stat(file)).size)
  const unpacked = join(folder, 'unpacked')
  await mkdir(unpacked)
  execFileSync('tar', ['-xf', file, '-C', unpacked])
  await expectWhole(unpacked, [[NAME, image]])
  expect(JSON.parse(await readFile(join(unpacked, 'manifest.json'), 'utf8'))).toEqual([
    {
      Config: `blobs/${image.config.digest.replace(':', '/')}`,
      RepoTags: [NAME],
      Layers: image.layers.map(({ digest }) => `blobs/${digest.replace(':', '/')}`),
    },
  ])
  // Two of the three layers are equal, and are there once.
  expect(await readdir(join(unpacked, 'blobs/sha256'))).toHaveLength(4)
  expect(await readdir(folder)).toEqual(['iris.tar', 'unpacked'])
})

test('the same image is the same archive', async () => {
  const [one, two] = [await imageOf('one'), await imageOf('one')]
  expect((await bytesOf(archiveOf(one, NAME))).equals(await bytesOf(archiveOf(two, NAME)))).toBe(true)
})

test('what fails leaves the file that was there', async () => {
  const folder = temporaryFolder()
  const file = join(folder, 'iris.tar')
  await writeFile(file, 'of before')
  const weights = join(folder, 'weights')
  await writeFile(weights, 'one')
  const plan = planOf({
    compression: 'none',
    entries: [textEntry('a', 'one', { open: () => createReadStream(weights) })],
  })
  const layer = await packLayer(plan, { cacheFolder: folder, signal: new AbortController().signal })
  const image = { ...(await imageOf('two')), layers: [layer] }
  await writeFile(weights, 'eno')
  await expect(writeArchive(image, { file, name: NAME })).rejects.toThrow(
    'changed while the image was being built',
  )
  await rm(weights)
  await expect(writeArchive(image, { file, name: NAME })).rejects.toThrow(
    'a of the image cannot be read: ENOENT',
  )
  expect(await readdir(folder)).toEqual(['iris.tar'])
  expect(await readFile(file, 'utf8')).toBe('of before')
})

test('an abort leaves nothing', async () => {
  const folder = temporaryFolder()
  const stopped = new AbortController()
  const writing = writeArchive(await imageOf('one'), {
    file: join(folder, 'iris.tar'),
    name: NAME,
    signal: stopped.signal,
    onProgress: () => stopped.abort(new Error('enough')),
  })
  await expect(writing).rejects.toThrow('enough')
  expect(await readdir(folder)).toEqual([])
})

test('a name may be as long as the file system takes', async () => {
  const file = join(temporaryFolder(), `${'n'.repeat(251)}.tar`)
  await writeArchive(await imageOf('one'), { file, name: NAME })
  expect((await stat(file)).size).toBeGreaterThan(0)
})

test('what is no regular file takes the bytes and stays, and so does a link', async () => {
  const folder = temporaryFolder()
  const image = await imageOf('one')
  const expected = await bytesOf(archiveOf(image, NAME))
  const [pipe, link, target] = ['pipe', 'link', 'target'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ]
  execFileSync('mkfifo', [pipe])
  const [read] = await Promise.all([readFile(pipe), writeArchive(image, { file: pipe, name: NAME })])
  expect(read.equals(expected)).toBe(true)
  expect((await stat(pipe)).isFIFO()).toBe(true)
  await writeFile(target, 'of before')
  await symlink('target', link)
  await writeArchive(image, { file: link, name: NAME })
  expect((await lstat(link)).isSymbolicLink()).toBe(true)
  expect((await readFile(target)).equals(expected)).toBe(true)
  expect(await readdir(folder)).toEqual(['link', 'pipe', 'target'])
})

test('a place that cannot be written is told', async () => {
  const file = join(temporaryFolder(), 'no/such/folder/iris.tar')
  await expect(writeArchive(await imageOf('one'), { file, name: NAME })).rejects.toMatchObject({
    code: 'INVALID_STATE',
    message: expect.stringContaining(`${file} cannot be written: ENOENT`),
  })
})

test('a layout keeps its other images, and replaces one of the same name', async () => {
  const folder = join(temporaryFolder(), 'layout')
  const [one, two, three] = [await imageOf('one'), await imageOf('one', 'two'), await imageOf('three')]
  await writeLayout(one, { folder, name: NAME })
  await writeLayout(two, { folder, name: 'localhost/other:1' })
  await expectWhole(folder, [
    [NAME, one],
    ['localhost/other:1', two],
  ])
  await writeLayout(three, { folder, name: NAME })
  await expectWhole(folder, [
    ['localhost/other:1', two],
    [NAME, three],
  ])
})

test('a layout has all images that are written into it at the same time', async () => {
  const folder = join(temporaryFolder(), 'layout')
  const names = Array.from({ length: 8 }, (_, at) => `localhost/iris:${at}`)
  const image = await imageOf('one')
  await Promise.all(names.map((name) => writeLayout(image, { folder, name })))
  const index = JSON.parse(await readFile(join(folder, 'index.json'), 'utf8'))
  const found = index.manifests.map(
    (entry: { annotations: Record<string, string> }) =>
      entry.annotations['org.opencontainers.image.ref.name'],
  )
  expect(found.sort()).toEqual(names)
})

test('a blob of the layout that is there stays as it is, one that is damaged is written again', async () => {
  const folder = temporaryFolder()
  const image = await imageOf('one')
  await writeLayout(image, { folder, name: NAME })
  const path = join(folder, 'blobs', image.config.digest.replace(':', '/'))
  const before = await stat(path)
  await writeLayout(image, { folder, name: NAME })
  expect((await stat(path)).ino).toBe(before.ino)
  await writeFile(path, 'damaged')
  await writeLayout(image, { folder, name: NAME })
  await expectWhole(folder, [[NAME, image]])
})

test('a folder with another index.json is not written into', async () => {
  const folder = temporaryFolder()
  await writeFile(join(folder, 'index.json'), '{"pages": []}')
  await expect(writeLayout(await imageOf('one'), { folder, name: NAME })).rejects.toThrow(
    'is not the index of an OCI image layout',
  )
  expect(await readdir(folder)).toEqual(['index.json'])
})
