import { statSync } from 'node:fs'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { beforeEach, describe, expect, test } from 'vitest'
import type { DownloadProgress } from '../../../src/registry-client/cache/model-cache.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'
import { expectSameFiles, filesUnder, foldersOfEntries, openCache } from './fixtures/cache-support.ts'
import { FakeRepository, modelFiles, seededBytes } from './fixtures/fake-repositories.ts'

let folder: string

beforeEach(() => {
  folder = join(temporaryFolder(), 'cache')
})

const key = 'registry models/1'

describe('fetching a model', () => {
  test('transfers its files once, and tells how far it is', async () => {
    const repository = new FakeRepository(modelFiles())
    const steps: DownloadProgress[] = []
    const { cache } = openCache(folder)
    const model = await cache.fetch({ repository, key, onProgress: (step) => steps.push(step) })
    expectSameFiles(model, repository)
    expect(model.downloaded).toBe(true)
    expect(steps.at(-1)).toEqual({ files: 4, totalFiles: 4, bytes: model.bytes, totalBytes: model.bytes })
    expect(foldersOfEntries(folder)).toEqual([expect.stringMatching(/^tree-/)])
    expect(statSync(folder).mode & 0o777).toBe(0o700)
  })

  test('transfers nothing but the MLmodel file the second time', async () => {
    const first = openCache(folder)
    await first.cache.fetch({ repository: new FakeRepository(modelFiles()), key })
    first.end()
    const repository = new FakeRepository(modelFiles())
    const model = await openCache(folder).cache.fetch({ repository, key })
    expect(model.downloaded).toBe(false)
    expect(repository.openedPaths()).toEqual(['MLmodel'])
    expectSameFiles(model, repository)
  })

  test('takes empty files, deep folders and names of any script', async () => {
    const files = { MLmodel: '', 'a/b/c/d/e.bin': '', 'données/модель 模型.bin': 'x', 'con:fig': 'y' }
    const repository = new FakeRepository(files)
    expectSameFiles(await openCache(folder).cache.fetch({ repository, key }), repository)
  })

  test.each([
    { listsNoSizes: true },
    { hasNoValidators: true },
    { listsNoSizes: true, hasNoValidators: true },
    { listsNoSizes: true, hasNoValidators: true, openedBytes: () => undefined },
  ])('takes a repository that says little: $listsNoSizes $hasNoValidators $openedBytes', async (manners) => {
    const repository = new FakeRepository(modelFiles(), manners)
    expectSameFiles(await openCache(folder).cache.fetch({ repository, key }), repository)
  })

  test('keeps models with different keys apart', async () => {
    const { cache } = openCache(folder)
    const [one, two] = [new FakeRepository(modelFiles('1')), new FakeRepository(modelFiles('2'))]
    const [first, second] = await Promise.all([
      cache.fetch({ repository: one, key: 'one' }),
      cache.fetch({ repository: two, key: 'two' }),
    ])
    expectSameFiles(first, one)
    expectSameFiles(second, two)
  })

  test('has nothing to give where the repository has no files', async () => {
    const fetched = openCache(folder).cache.fetch({ repository: new FakeRepository({}), key })
    await expect(fetched).rejects.toMatchObject({ code: 'RESOURCE_DOES_NOT_EXIST' })
  })

  test('refuses a hostile listing before anything is asked for', async () => {
    const repository = new FakeRepository({ MLmodel: 'x', '../../escape': 'y' })
    const fetched = openCache(folder).cache.fetch({ repository, key })
    await expect(fetched).rejects.toThrow(/"\.\.\/\.\.\/escape" and is refused/)
    expect(repository.opened).toEqual([])
    expect(filesUnder(folder)).toEqual([])
  })

  test('refuses a model for which the disk has no room', async () => {
    const repository = new FakeRepository(modelFiles(), {
      listed: (files) =>
        files.map((file) => ({ ...file, bytes: file.path === 'model.onnx' ? 2 ** 52 : file.bytes })),
    })
    const fetched = openCache(folder).cache.fetch({ repository, key })
    await expect(fetched).rejects.toMatchObject({ code: 'RESOURCE_EXHAUSTED', message: /MB free/ })
    expect(foldersOfEntries(folder)).toEqual([])
  })

  test('says which folder cannot be used', async () => {
    const cache = openCache('/dev/null/cache').cache
    const fetched = cache.fetch({ repository: new FakeRepository(modelFiles()), key })
    await expect(fetched).rejects.toMatchObject({ code: 'INVALID_STATE', message: /\/dev\/null\/cache/ })
  })

  test('does not hold a large file in memory', async () => {
    const big = new Uint8Array(64 << 20)
    const manners = { chunkBytes: 1 << 16, hasNoValidators: true }
    const repository = new FakeRepository({ 'big.bin': big }, manners)
    const { cache } = openCache(folder)
    setFlagsFromString('--expose-gc')
    const gc = runInNewContext('gc') as () => void
    gc()
    const before = process.memoryUsage().arrayBuffers
    const held: number[] = []
    const onProgress = () => {
      if (repository.sentBytes < (8 << 20) * (held.length + 1)) return
      gc()
      held.push(process.memoryUsage().arrayBuffers - before)
    }
    await cache.fetch({ repository, key, onProgress })
    expect(held).toHaveLength(big.byteLength / (8 << 20))
    expect(Math.max(...held)).toBeLessThan(16 << 20)
  })
})

describe('content that has changed at the same place', () => {
  test('is transferred anew, and the old tree goes when nobody uses it', async () => {
    const first = openCache(folder)
    await first.cache.fetch({ repository: new FakeRepository(modelFiles('1')), key })
    first.end()
    const repository = new FakeRepository(modelFiles('2'))
    expectSameFiles(await openCache(folder).cache.fetch({ repository, key }), repository)
    expect(foldersOfEntries(folder)).toHaveLength(1)
  })

  test('leaves the old tree to whoever uses it', async () => {
    const [old, next] = [new FakeRepository(modelFiles('1')), new FakeRepository(modelFiles('2'))]
    const user = openCache(folder)
    const used = await user.cache.fetch({ repository: old, key })
    const other = openCache(folder)
    expectSameFiles(await other.cache.fetch({ repository: next, key }), next)
    expectSameFiles(used, old)
    expect(foldersOfEntries(folder)).toHaveLength(2)
    user.end()
    await other.cache.fetch({ repository: new FakeRepository(modelFiles('3')), key: 'another' })
    expect(foldersOfEntries(folder)).toHaveLength(2)
  })

  test('is noticed by the MLmodel file alone where all lengths are equal and nothing else tells', async () => {
    const manners = { hasNoValidators: true }
    await openCache(folder).cache.fetch({ repository: new FakeRepository(modelFiles('1'), manners), key })
    const repository = new FakeRepository(modelFiles('2'), manners)
    expectSameFiles(await openCache(folder).cache.fetch({ repository, key }), repository)
  })

  test('is transferred only as far as validators do not say that a file is the same', async () => {
    const one = new FakeRepository({ ...modelFiles('1'), 'same.bin': seededBytes('same', 5000) })
    await openCache(folder).cache.fetch({ repository: one, key })
    const two = new FakeRepository({ ...modelFiles('2'), 'same.bin': seededBytes('same', 5000) })
    const model = await openCache(folder).cache.fetch({ repository: two, key })
    expectSameFiles(model, two)
    expect(two.opened.filter(({ path }) => path === 'same.bin')).toHaveLength(1)
  })

  test('is not mixed with old files where there are no validators', async () => {
    const manners = { hasNoValidators: true }
    const old = { ...modelFiles('1'), 'weights.bin': seededBytes('1', 5000) }
    await openCache(folder).cache.fetch({ repository: new FakeRepository(old, manners), key })
    const repository = new FakeRepository(
      { ...old, ...modelFiles('2'), 'weights.bin': seededBytes('2', 5000) },
      manners,
    )
    expectSameFiles(await openCache(folder).cache.fetch({ repository, key }), repository)
  })

  test('while it is transferred is refused', async () => {
    const repository = new FakeRepository(modelFiles('1'), {
      beforeChunk: (path) => {
        // The content on its way is still the old one; who asks next gets the new one.
        if (path === 'MLmodel') repository.files.set(path, Buffer.from(modelFiles('2')[path] ?? ''))
      },
    })
    const fetched = openCache(folder).cache.fetch({ repository, key })
    await expect(fetched).rejects.toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE', message: /was changed/ })
  })
})
