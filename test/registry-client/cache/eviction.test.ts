import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import type { RememberedModel } from '../../../src/registry-client/cache/model-cache.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'
import { expectSameFiles, foldersOfEntries, openCache } from './fixtures/cache-support.ts'
import { FakeRepository, modelFiles } from './fixtures/fake-repositories.ts'

let folder: string

beforeEach(() => {
  folder = join(temporaryFolder(), 'cache')
})

/** Each of the models has some 70 kB. */
const TWO_MODELS = 150_000

const HOUR = 3600 * 1000

/** Fetches in a process that ends at once. @returns where the model lies */
async function fetchAndEnd(key: string, maxBytes = TWO_MODELS): Promise<string> {
  const one = openCache(folder, { maxBytes })
  const { path } = await one.cache.fetch({ repository: new FakeRepository(modelFiles()), key })
  one.end()
  return path
}

function setLastUse(tree: string, hoursAgo: number): void {
  const time = new Date(Date.now() - hoursAgo * HOUR)
  utimesSync(join(tree, '../used'), time, time)
}

describe('a cache that would grow over its bound', () => {
  test('lets go of the models that were not used for the longest time', async () => {
    const [a, b] = [await fetchAndEnd('a'), await fetchAndEnd('b')]
    setLastUse(a, 1)
    setLastUse(b, 2)
    const c = await fetchAndEnd('c')
    expect([a, b, c].map((tree) => existsSync(tree))).toEqual([true, false, true])
    setLastUse(c, 3)
    setLastUse(a, 4)
    await openCache(folder).cache.find('a')
    const d = await fetchAndEnd('d')
    expect([a, c, d].map((tree) => existsSync(tree))).toEqual([true, false, true])
  })

  test('keeps the model that was fetched just now, even where it is larger, and says so', async () => {
    const { cache, log } = openCache(folder, { maxBytes: 1000 })
    const repository = new FakeRepository(modelFiles())
    expectSameFiles(await cache.fetch({ repository, key: 'a' }), repository)
    expect(log.warnings).toEqual([expect.stringContaining('larger than the cache may be')])
  })

  test('keeps what this process uses', async () => {
    const { cache } = openCache(folder, { maxBytes: 1 })
    const used = []
    for (const key of ['a', 'b', 'c']) {
      used.push(await cache.fetch({ repository: new FakeRepository(modelFiles()), key }))
    }
    for (const model of used) expectSameFiles(model, new FakeRepository(modelFiles()))
  })

  test('can fetch again what was let go', async () => {
    await fetchAndEnd('a', 1)
    await fetchAndEnd('b', 1)
    const { cache } = openCache(folder)
    expect(await cache.find('a')).toBeUndefined()
    const repository = new FakeRepository(modelFiles())
    expectSameFiles(await cache.fetch({ repository, key: 'a' }), repository)
  })
})

describe('a disk that is full', () => {
  /** As if the disk had room for two models and what is there now. */
  const freeBytes = async (): Promise<number> => {
    const there = foldersOfEntries(folder).filter((name) => name.startsWith('tree-')).length
    return 1.1 * 2 ** 20 + (2 - there) * 70_100
  }

  test('makes models that nobody uses give way to one that is wanted', async () => {
    const [a, b] = [await fetchAndEnd('a'), await fetchAndEnd('b')]
    setLastUse(a, 2)
    setLastUse(b, 1)
    const { cache } = openCache(folder, { freeBytes })
    const repository = new FakeRepository({ ...modelFiles(), 'more.bin': new Uint8Array(50_000) })
    expectSameFiles(await cache.fetch({ repository, key: 'c' }), repository)
    expect([a, b].map((tree) => existsSync(tree))).toEqual([false, true])
  })

  test('lets nothing go for a model that would not fit all the same', async () => {
    const trees = [await fetchAndEnd('a'), await fetchAndEnd('b')]
    const { cache } = openCache(folder, { freeBytes })
    const repository = new FakeRepository({ ...modelFiles(), 'more.bin': new Uint8Array(500_000) })
    const fetched = cache.fetch({ repository, key: 'c' })
    await expect(fetched).rejects.toMatchObject({ code: 'RESOURCE_EXHAUSTED' })
    expect(trees.map((tree) => existsSync(tree))).toEqual([true, true])
  })

  test('refuses a model where all others are in use', async () => {
    const users = [openCache(folder), openCache(folder)]
    for (const [index, user] of users.entries()) {
      await user.cache.fetch({ repository: new FakeRepository(modelFiles()), key: `used ${index}` })
    }
    const { cache } = openCache(folder, { freeBytes })
    const repository = new FakeRepository({ ...modelFiles(), 'more.bin': new Uint8Array(50_000) })
    const fetched = cache.fetch({ repository, key: 'c' })
    await expect(fetched).rejects.toMatchObject({ code: 'RESOURCE_EXHAUSTED' })
    expect(foldersOfEntries(folder)).toHaveLength(2)
  })

  test('is noticed while a file of unknown length grows, and is not left full', async () => {
    let free = 1e9
    const manners = {
      ...{ listsNoSizes: true, openedBytes: () => undefined, chunkBytes: 1 << 20 },
      beforeChunk: () => {
        free -= 1e8
        return undefined
      },
    }
    const repository = new FakeRepository({ MLmodel: 'x', endless: new Uint8Array(64 << 20) }, manners)
    const { cache } = openCache(folder, { freeBytes: async () => free })
    await expect(cache.fetch({ repository, key: 'a' })).rejects.toMatchObject({ code: 'RESOURCE_EXHAUSTED' })
    expect(foldersOfEntries(folder)).toEqual([])
  })
})

describe('what is left over', () => {
  test('goes: drafts of a day ago, trees without a manifest, small files of dead writers', async () => {
    const tree = await fetchAndEnd('a')
    const entry = join(tree, '..')
    mkdirSync(join(entry, 'draft/files'), { recursive: true })
    writeFileSync(join(entry, 'draft/journal.jsonl'), '{}')
    mkdirSync(join(entry, 'tree-0123456789ab'))
    writeFileSync(join(entry, 'manifest.json.123.tmp'), '{')
    writeFileSync(join(folder, 'resolutions/x.json.123.tmp'), '{')
    await fetchAndEnd('b')
    expect(existsSync(join(entry, 'draft'))).toBe(true)
    expect(existsSync(join(entry, 'tree-0123456789ab'))).toBe(false)
    expect(existsSync(join(entry, 'manifest.json.123.tmp'))).toBe(false)
    const longAgo = new Date(Date.now() - 25 * HOUR)
    utimesSync(join(entry, 'draft/journal.jsonl'), longAgo, longAgo)
    utimesSync(join(folder, 'resolutions/x.json.123.tmp'), longAgo, longAgo)
    await fetchAndEnd('c', 1e9)
    expect(existsSync(join(entry, 'draft'))).toBe(false)
    expect(existsSync(join(folder, 'resolutions/x.json.123.tmp'))).toBe(false)
    expect(existsSync(tree)).toBe(true)
  })
})

describe('what model URIs led to', () => {
  const remembered = (key: string): RememberedModel => ({
    registry: 'http://registry:5000',
    uri: `models:/${key}@champion`,
    canonicalUri: `models:/${key}@champion`,
    name: key,
    version: '3',
    alias: 'champion',
    location: `mlflow-artifacts:/1/${key}`,
    key,
    resolvedAt: 1_700_000_000_000,
  })

  test('is remembered over restarts, for each registry and URI', async () => {
    await openCache(folder).cache.remember(remembered('a'))
    const { cache } = openCache(folder)
    const { registry, uri } = remembered('a')
    expect(await cache.recall(registry, uri)).toEqual(remembered('a'))
    expect(await cache.recall('http://other:5000', uri)).toBeUndefined()
    expect(await cache.recall(undefined, uri)).toBeUndefined()
    expect(await cache.recall(registry, 'models:/a/3')).toBeUndefined()
  })

  test('may be nothing of a registry: no version, no alias', async () => {
    const model = { ...remembered('a'), registry: undefined, version: undefined, alias: undefined }
    const { cache } = openCache(folder)
    await cache.remember(model)
    expect(await cache.recall(undefined, model.uri)).toEqual(model)
  })

  test('is the latest that was remembered', async () => {
    const { cache } = openCache(folder)
    await cache.remember(remembered('a'))
    await cache.remember({ ...remembered('a'), version: '4' })
    expect(await cache.recall('http://registry:5000', remembered('a').uri)).toMatchObject({ version: '4' })
  })

  test('is listed where the files are there, and goes with them', async () => {
    const { cache } = openCache(folder)
    await cache.remember(remembered('a'))
    expect(await cache.remembered()).toEqual([])
    const tree = await fetchAndEnd('a')
    setLastUse(tree, 1)
    expect(await cache.remembered()).toEqual([remembered('a')])
    await fetchAndEnd('b', 1)
    expect(await cache.remembered()).toEqual([])
    expect(await cache.recall('http://registry:5000', remembered('a').uri)).toBeUndefined()
  })

  test('is nothing where its file is damaged', async () => {
    const { cache } = openCache(folder)
    await cache.remember(remembered('a'))
    writeFileSync(join(folder, 'resolutions/garbage.json'), '{"uri":')
    expect(await cache.remembered()).toEqual([])
  })
})

test('folders of models that are gone are gone', async () => {
  await fetchAndEnd('a', 1)
  await fetchAndEnd('b', 1)
  expect(foldersOfEntries(folder)).toHaveLength(1)
})
