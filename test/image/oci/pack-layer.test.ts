import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { chmod, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import type { LayerPlan } from '../../../src/image/layer-plan.ts'
import { pruneLayers } from '../../../src/image/oci/layer-cache.ts'
import { layersFolder, packLayer } from '../../../src/image/oci/pack-layer.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'
import { bytesOf, planOf, textEntry } from './support/entries.ts'

const { signal } = new AbortController()

function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

test.each(['gzip', 'none'] as const)(
  'the digests of a layer (%s) are those of its bytes',
  async (compression) => {
    const layer = await packLayer(planOf({ compression }), { cacheFolder: temporaryFolder(), signal })
    const stored = await bytesOf(layer.open())
    const plain = compression === 'gzip' ? gunzipSync(stored) : stored
    expect(layer).toMatchObject({
      digest: sha256(stored),
      size: stored.length,
      diffId: sha256(plain),
      createdBy: 'headrace: a test',
      mediaType: `application/vnd.oci.image.layer.v1.tar${compression === 'gzip' ? '+gzip' : ''}`,
    })
    // As often as it is asked.
    expect(sha256(await bytesOf(layer.open()))).toBe(layer.digest)
  },
)

test('a layer without a key is kept nowhere', async () => {
  const cacheFolder = temporaryFolder()
  await packLayer(planOf(), { cacheFolder, signal })
  expect(await readdir(cacheFolder)).toEqual([])
})

/** Counts how often its file is read. */
function countedPlan(cacheKey: string): { readonly plan: LayerPlan; readonly opened: () => number } {
  let count = 0
  const entry = textEntry('a', 'one')
  const open = () => {
    count += 1
    return entry.open()
  }
  return { plan: planOf({ cacheKey, entries: [{ ...entry, open }] }), opened: () => count }
}

test('a layer with a key is packed once', async () => {
  const cacheFolder = temporaryFolder()
  const { plan, opened } = countedPlan('key')
  const first = await packLayer(plan, { cacheFolder, signal })
  const second = await packLayer(plan, { cacheFolder, signal })
  expect(opened()).toBe(1)
  expect(second).toMatchObject({ digest: first.digest, diffId: first.diffId, size: first.size })
  expect(sha256(await bytesOf(second.open()))).toBe(first.digest)
  await packLayer({ ...plan, cacheKey: 'another' }, { cacheFolder, signal })
  expect(opened()).toBe(2)
})

test.each([
  [
    'other bytes of the same length',
    (path: string, bytes: Buffer) => writeFile(path, Buffer.alloc(bytes.length)),
  ],
  ['fewer bytes', (path: string, bytes: Buffer) => writeFile(path, bytes.subarray(1))],
])('a cached layer with %s is packed again', async (_, damage) => {
  const cacheFolder = temporaryFolder()
  const { plan, opened } = countedPlan('key')
  const { digest } = await packLayer(plan, { cacheFolder, signal })
  const [blob = ''] = (await readdir(layersFolder(cacheFolder))).filter((name) => name.endsWith('.tar.gz'))
  const path = join(layersFolder(cacheFolder), blob)
  await damage(path, await readFile(path))
  const layer = await packLayer(plan, { cacheFolder, signal })
  expect(opened()).toBe(2)
  expect(sha256(await bytesOf(layer.open()))).toBe(digest)
})

test('a cached layer whose digest others may write is packed again', async () => {
  const cacheFolder = temporaryFolder()
  const { plan, opened } = countedPlan('key')
  await packLayer(plan, { cacheFolder, signal })
  const [note = ''] = (await readdir(layersFolder(cacheFolder))).filter((name) => name.endsWith('.json'))
  await chmod(join(layersFolder(cacheFolder), note), 0o666)
  await packLayer(plan, { cacheFolder, signal })
  expect(opened()).toBe(2)
})

test('a cached layer that is damaged after it was found is not passed on as if it were whole', async () => {
  const cacheFolder = temporaryFolder()
  const layer = await packLayer(planOf({ cacheKey: 'key' }), { cacheFolder, signal })
  const [blob = ''] = (await readdir(layersFolder(cacheFolder))).filter((name) => name.endsWith('.tar.gz'))
  await writeFile(join(layersFolder(cacheFolder), blob), Buffer.alloc(layer.size))
  await expect(bytesOf(layer.open())).rejects.toThrow("The cached layer 'a test' changed")
})

test('a file that changes between the passes is an error', async () => {
  const folder = temporaryFolder()
  const path = join(folder, 'model.onnx')
  await writeFile(path, 'weights')
  const entry = textEntry('opt/ml/model/model.onnx', 'weights', { open: () => createReadStream(path) })
  const plan = planOf({ title: 'model', compression: 'none', entries: [entry] })
  const layer = await packLayer(plan, { cacheFolder: folder, signal })
  await writeFile(path, 'WEIGHTS')
  await expect(bytesOf(layer.open())).rejects.toMatchObject({
    code: 'INVALID_STATE',
    message: expect.stringContaining("The layer 'model' changed while the image was being built"),
  })
})

test('packing is told of once, not again for each reader', async () => {
  let bytes = 0
  const onProgress = (passed: number): void => {
    bytes += passed
  }
  const layer = await packLayer(planOf({ compression: 'none' }), {
    cacheFolder: temporaryFolder(),
    signal,
    onProgress,
  })
  await bytesOf(layer.open())
  expect(bytes).toBe(layer.size)
})

test('an abort ends the packing, and leaves nothing in the cache', async () => {
  const cacheFolder = temporaryFolder()
  const stopped = new AbortController()
  const onProgress = (): void => stopped.abort(new Error('enough'))
  const packing = packLayer(planOf({ cacheKey: 'key' }), { cacheFolder, signal: stopped.signal, onProgress })
  await expect(packing).rejects.toThrow('enough')
  expect(await readdir(layersFolder(cacheFolder))).toEqual([])
})

test('a cache that cannot be written is told with its place', async () => {
  const cacheFolder = join(temporaryFolder(), 'file')
  await writeFile(cacheFolder, '')
  await expect(packLayer(planOf({ cacheKey: 'key' }), { cacheFolder, signal })).rejects.toMatchObject({
    code: 'INVALID_STATE',
    message: expect.stringContaining(layersFolder(cacheFolder)),
  })
})

test('layers that were not used lately go when there are too many', async () => {
  const cacheFolder = temporaryFolder()
  const folder = layersFolder(cacheFolder)
  for (const cacheKey of ['old', 'older', 'new']) {
    await packLayer(planOf({ cacheKey, title: cacheKey }), { cacheFolder, signal })
  }
  const draft = `.x-${'0'.repeat(32)}.tar.gz.${crypto.randomUUID()}.draft`
  await writeFile(join(folder, draft), 'left by a process that died')
  await writeFile(join(folder, 'x-backup.tar.gz'), 'of somebody else')
  const names = await readdir(folder)
  const age = async (prefix: string, hours: number): Promise<void> => {
    const at = new Date(Date.now() - hours * 3_600_000)
    for (const name of names.filter((one) => one.startsWith(prefix))) await utimes(join(folder, name), at, at)
  }
  await age('old-', 1)
  await age('older-', 2)
  await age('.x', 24)
  await age('x-backup', 24)
  const [blob = ''] = names.filter((name) => name.startsWith('new-') && name.endsWith('.tar.gz'))
  const { size } = await stat(join(folder, blob))
  await pruneLayers(folder, 2 * size)
  const left = await readdir(folder)
  expect(left.map((name) => name.replace(/-.*\.(tar\.gz|json)$/, ' $1')).sort()).toEqual([
    'new json',
    'new tar.gz',
    'old json',
    'old tar.gz',
    'x tar.gz',
  ])
  await pruneLayers(folder, 1)
  expect((await readdir(folder)).map((name) => name.split('-')[0]).sort()).toEqual(['new', 'new', 'x'])
})
