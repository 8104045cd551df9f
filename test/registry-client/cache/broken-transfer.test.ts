import { statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { cancelled, permissionDenied } from '../../../src/core/errors.ts'
import type { CachedModel } from '../../../src/registry-client/cache/model-cache.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'
import { expectSameFiles, filesUnder, foldersOfEntries, openCache } from './fixtures/cache-support.ts'
import {
  type BeforeChunk,
  type ChangeListing,
  type FakeManners,
  FakeRepository,
  modelFiles,
} from './fixtures/fake-repositories.ts'

let folder: string

beforeEach(() => {
  folder = join(temporaryFolder(), 'cache')
})

const key = 'registry models/1'
const WEIGHTS = 'data/weights.bin'

/** Breaks in the middle of the weights, so many times. */
function breaking(times: number, how: 'error' | 'end' = 'error'): BeforeChunk {
  let left = times
  return (path, offset) => {
    if (path !== WEIGHTS || offset < 20_000 || left === 0) return undefined
    left -= 1
    if (how === 'end') return 'end'
    throw new Error('socket hang up')
  }
}

function opensOf(repository: FakeRepository, path: string): readonly number[] {
  return repository.opened.filter((open) => open.path === path).map(({ offset }) => offset)
}

describe('a transfer that breaks in the middle of a file', () => {
  test.each(['error', 'end'] as const)('goes on where it stood (%s)', async (how) => {
    const repository = new FakeRepository(modelFiles(), { beforeChunk: breaking(2, how) })
    expectSameFiles(await openCache(folder).cache.fetch({ repository, key }), repository)
    expect(opensOf(repository, WEIGHTS)).toEqual([0, 20_000, 20_000])
  })

  test('begins the file again where nothing says that the content is the same', async () => {
    const manners = { hasNoValidators: true, beforeChunk: breaking(2) }
    const repository = new FakeRepository(modelFiles(), manners)
    const bytes: number[] = []
    const onProgress = (step: { readonly bytes: number }) => bytes.push(step.bytes)
    const model = await openCache(folder).cache.fetch({ repository, key, onProgress })
    expectSameFiles(model, repository)
    expect(opensOf(repository, WEIGHTS)).toEqual([0, 0, 0])
    expect(bytes.at(-1)).toBe(model.bytes)
  })

  test('begins the file again where its content has changed since', async () => {
    const repository = new FakeRepository(modelFiles('1'), {
      beforeChunk: (path, offset) => {
        if (path !== WEIGHTS || offset !== 20_000 || opensOf(repository, WEIGHTS).length > 1) return undefined
        repository.files.set(WEIGHTS, Buffer.from(modelFiles('2')[WEIGHTS] ?? ''))
        throw new Error('socket hang up')
      },
    })
    expectSameFiles(await openCache(folder).cache.fetch({ repository, key }), repository)
  })

  test('is given up after some attempts, and the next one goes on from there', async () => {
    const repository = new FakeRepository(modelFiles(), { beforeChunk: breaking(5) })
    const { cache } = openCache(folder)
    await expect(cache.fetch({ repository, key })).rejects.toMatchObject({
      code: 'TEMPORARILY_UNAVAILABLE',
      message: /data\/weights\.bin .* broke 5 times, .* 20000 of 50000 bytes: socket hang up/,
    })
    expect(await cache.find(key)).toBeUndefined()
    repository.opened.length = 0
    expectSameFiles(await openCache(folder).cache.fetch({ repository, key }), repository)
    expect(opensOf(repository, WEIGHTS)).toEqual([20_000])
    expect(opensOf(repository, 'model.onnx')).toEqual([])
  })

  test('goes on though the journal of the draft was cut off in the middle of a line', async () => {
    const repository = new FakeRepository(modelFiles(), { beforeChunk: breaking(5) })
    await expect(openCache(folder).cache.fetch({ repository, key })).rejects.toThrow()
    const journal = filesUnder(folder).find((name) => name.endsWith('journal.jsonl')) ?? ''
    truncateSync(join(folder, journal), statSync(join(folder, journal)).size - 10)
    expectSameFiles(await openCache(folder).cache.fetch({ repository, key }), repository)
  })

  test('does not go on with what was begun of other content', async () => {
    const broken = new FakeRepository(modelFiles('1'), { beforeChunk: breaking(5) })
    await expect(openCache(folder).cache.fetch({ repository: broken, key })).rejects.toThrow()
    const repository = new FakeRepository(modelFiles('2'))
    expectSameFiles(await openCache(folder).cache.fetch({ repository, key }), repository)
    expect(opensOf(repository, WEIGHTS)).toEqual([0])
  })

  test('is not tried again where it is refused', async () => {
    const repository = new FakeRepository(modelFiles(), {
      beforeChunk: (path) => {
        if (path === WEIGHTS) throw permissionDenied('not for you')
      },
    })
    await expect(openCache(folder).cache.fetch({ repository, key })).rejects.toThrow('not for you')
    expect(opensOf(repository, WEIGHTS)).toEqual([0])
  })
})

describe('a file that is not as long as it is said to be', () => {
  test.each<[string, FakeManners]>([
    ['its listing and its answer differ', { openedBytes: (_, bytes) => bytes + 1 }],
    ['longer than its listing', { openedBytes: () => undefined, listed: plus(-1) }],
    ['longer than its answer', { listsNoSizes: true, openedBytes: (_, bytes) => bytes - 1 }],
  ])('is not accepted: %s', async (_, manners) => {
    const repository = new FakeRepository(modelFiles(), manners)
    const { cache } = openCache(folder)
    await expect(cache.fetch({ repository, key })).rejects.toMatchObject({ code: 'INVALID_PARAMETER_VALUE' })
    expect(repository.streams).toBe(0)
    expect(await cache.find(key)).toBeUndefined()
  })

  test('is not accepted: shorter than its listing', async () => {
    const manners = { openedBytes: () => undefined, listed: plus(1), hasNoValidators: true }
    const { cache } = openCache(folder)
    const fetched = cache.fetch({ repository: new FakeRepository(modelFiles(), manners), key })
    await expect(fetched).rejects.toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' })
    expect(await cache.find(key)).toBeUndefined()
  })
})

function plus(count: number): ChangeListing {
  return (files) => files.map((file) => ({ ...file, bytes: (file.bytes ?? 0) + count }))
}

describe('a transfer that is stopped', () => {
  test('ends at once, says so, and goes on the next time', async () => {
    const repository = new FakeRepository(modelFiles(), { delayMs: 5 })
    const stop = new AbortController()
    const fetched = openCache(folder).cache.fetch({
      ...{ repository, key, signal: stop.signal },
      onProgress: ({ bytes }) => {
        if (bytes > 5000) stop.abort()
      },
    })
    await expect(fetched).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(foldersOfEntries(folder)).toEqual(['draft'])
    const before = repository.sentBytes
    const model = await openCache(folder).cache.fetch({ repository, key })
    expectSameFiles(model, repository)
    expect(repository.sentBytes - before).toBeLessThan(model.bytes)
  })

  test('ends with the error that the caller gave', async () => {
    const reason = cancelled('The server is stopping')
    const signal = AbortSignal.abort(reason)
    const fetched = openCache(folder).cache.fetch({
      repository: new FakeRepository(modelFiles()),
      key,
      signal,
    })
    await expect(fetched).rejects.toBe(reason)
  })
})

/** What may happen before a chunk, drawn in turn. */
const luck = fc.infiniteStream(
  fc.oneof(
    { weight: 12, arbitrary: fc.constant('go on') },
    { weight: 1, arbitrary: fc.constantFrom('break', 'end') },
  ),
)

describe('under random failures', () => {
  test('a fetch gives exactly what the repository has, or fails and leaves what was there', async () => {
    let succeeded = 0
    await fc.assert(
      fc.asyncProperty(luck, fc.boolean(), fc.boolean(), async (events, hasNoValidators, listsNoSizes) => {
        const place = join(temporaryFolder(), 'cache')
        const earlier = new FakeRepository(modelFiles('1'))
        await openCache(place).cache.fetch({ repository: earlier, key })
        const beforeChunk = (): undefined | 'end' => {
          const event = events.next().value
          if (event === 'break') throw new Error('broken')
          return event === 'end' ? 'end' : undefined
        }
        const repository = new FakeRepository(modelFiles('2'), { beforeChunk, hasNoValidators, listsNoSizes })
        let model: CachedModel | undefined
        // Each goes on with what the one before has left.
        for (let attempt = 0; attempt < 3 && model === undefined; attempt++) {
          model = await openCache(place)
            .cache.fetch({ repository, key })
            .catch(() => undefined)
          const found = await openCache(place).cache.find(key)
          expectSameFiles(found!, model === undefined ? earlier : repository)
        }
        if (model !== undefined) succeeded += 1
      }),
      { numRuns: 15 },
    )
    expect(succeeded).toBeGreaterThan(0)
  })
})
