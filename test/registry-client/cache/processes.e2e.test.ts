import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'
import { expectSameFiles, filesUnder, foldersOfEntries, openCache } from './fixtures/cache-support.ts'
import { FakeRepository, modelFiles } from './fixtures/fake-repositories.ts'
import { type FetchingOptions, FetchingProcess } from './fixtures/fetching-process.ts'

let folder: string
const started: FetchingProcess[] = []

beforeEach(() => {
  folder = join(temporaryFolder(), 'cache')
})

afterEach(async () => {
  await Promise.all(started.splice(0).map((one) => one.kill()))
})

function start(options: Omit<FetchingOptions, 'folder'> = {}): FetchingProcess {
  const one = new FetchingProcess({ folder, ...options })
  started.push(one)
  return one
}

const key = 'model'
const repository = new FakeRepository(modelFiles())
const MODEL_BYTES = [...repository.files.values()].reduce((sum, content) => sum + content.byteLength, 0)

describe('processes that want the same model at once', () => {
  test('transfer it once', async () => {
    const all = await Promise.all([1, 2, 3, 4].map(() => start({ delayMs: 2 }).fetched))
    const downloaded = all.filter((one) => one?.model.downloaded)
    expect(downloaded).toHaveLength(1)
    expect(new Set(all.map((one) => one?.model.path)).size).toBe(1)
    for (const one of all) expectSameFiles(one!.model, repository)
    const sent = all.reduce((sum, one) => sum + (one?.sentBytes ?? 0), 0)
    // Each has read the MLmodel file, and once more whoever transferred it.
    expect(sent).toBeLessThan(MODEL_BYTES + 1000)
  })

  test('say that they wait, once', async () => {
    const first = start({ delayMs: 60 })
    await first.began
    const { cache, log } = openCache(folder)
    expectSameFiles(await cache.fetch({ repository, key }), repository)
    expect(log.infos).toEqual([expect.stringMatching(/^Waiting for another process that fetches/)])
  })

  test('stop waiting when they are told to', async () => {
    await start({ delayMs: 1000 }).began
    const stop = new AbortController()
    const { cache, log } = openCache(folder)
    const fetched = cache.fetch({ repository, key, signal: stop.signal })
    while (log.infos.length === 0) await sleep(5)
    stop.abort()
    await expect(fetched).rejects.toMatchObject({ code: 'CANCELLED', message: /waiting for another process/ })
  })

  test('do not hinder one that only looks for what is there', async () => {
    await openCache(folder).cache.fetch({ repository, key })
    await start({ version: '2', delayMs: 1000 }).began
    expectSameFiles((await openCache(folder).cache.find(key))!, repository)
  })

  test('are as one where they are calls in one process', async () => {
    const { cache } = openCache(folder)
    const counted = new FakeRepository(modelFiles(), { delayMs: 1 })
    const all = await Promise.all([1, 2, 3].map(() => cache.fetch({ repository: counted, key })))
    expect(all.filter(({ downloaded }) => downloaded)).toHaveLength(1)
    expect(counted.openedPaths().filter((path) => path === 'model.onnx')).toHaveLength(1)
  })
})

describe('a process that is killed in the middle', () => {
  test.each([0, 90, 240, 540])('leaves a draft that the next one goes on with (%i ms)', async (ms) => {
    const killed = start({ delayMs: 60 })
    await killed.began
    await sleep(ms)
    await killed.kill()
    expect(await openCache(folder).cache.find(key)).toBeUndefined()
    const next = await start().fetched
    expectSameFiles(next!.model, repository)
    expect(next?.model.downloaded).toBe(true)
    // The MLmodel file is read once more, for the identity.
    expect(next?.sentBytes).toBeLessThan(MODEL_BYTES + 100)
    expect(foldersOfEntries(folder)).toHaveLength(1)
    expect(filesUnder(folder).filter((name) => /tmp|draft/.test(name))).toEqual([])
  })

  test('lets one that waits go on', async () => {
    const killed = start({ delayMs: 20 })
    await killed.began
    const waiting = start()
    await sleep(200)
    await killed.kill()
    expectSameFiles((await waiting.fetched)!.model, repository)
  })

  test('leaves the model that was there before', async () => {
    await openCache(folder).cache.fetch({ repository, key })
    const killed = start({ version: '2', delayMs: 60 })
    await killed.began
    await killed.kill()
    expectSameFiles((await openCache(folder).cache.find(key))!, repository)
  })
})

describe('a model that another process uses', () => {
  test('stays when it is replaced and when the cache is full, until that process ends', async () => {
    const reader = start({ key: 'old' })
    const used = (await reader.fetched)!.model
    await openCache(folder).cache.fetch({ repository: new FakeRepository(modelFiles('2')), key: 'old' })
    const full = openCache(folder, { maxBytes: 1 })
    await full.cache.fetch({ repository: new FakeRepository(modelFiles('3')), key: 'other' })
    expectSameFiles(used, repository)
    await reader.end()
    await full.cache.fetch({ repository: new FakeRepository(modelFiles('4')), key: 'last' })
    expect(existsSync(used.path)).toBe(false)
  })

  test('stays though that process itself has tried to make room', async () => {
    const { cache } = openCache(folder, { maxBytes: 1 })
    const used = await cache.fetch({ repository, key: 'old' })
    await cache.fetch({ repository: new FakeRepository(modelFiles('2')), key: 'new' })
    await start({ key: 'other', version: '3', maxBytes: 1 }).fetched
    expectSameFiles(used, repository)
  })
})
