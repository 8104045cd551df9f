import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import {
  expectSameFiles,
  filesUnder,
  foldersOfEntries,
  openCache,
} from '../registry-client/cache/fixtures/cache-support.ts'
import { FakeRepository, modelFiles } from '../registry-client/cache/fixtures/fake-repositories.ts'
import { FetchingProcess } from '../registry-client/cache/fixtures/fetching-process.ts'

const KILLS = 400
const SEED = 'model cache'
const KEY = 'model'
const VERSIONS = ['1', '2', '3']

const USERS = 5
const ROUNDS_OF_A_USER = 30

/** Between 0 and 1, the same in each run. */
function drawn(round: number, what: string): number {
  return createHash('sha256').update(`${SEED} ${round} ${what}`).digest().readUInt32LE() / 2 ** 32
}

function drawnVersion(round: number, what: string): string {
  return VERSIONS[Math.floor(drawn(round, what) * VERSIONS.length)] ?? '1'
}

async function lifetimeMs(folder: string): Promise<number> {
  const start = performance.now()
  const one = new FetchingProcess({ folder, delayMs: 1 })
  await one.fetched
  await one.end()
  return performance.now() - start
}

/** Two processes that want some version of the same model, each killed at any moment of its life. */
async function killTwo(folder: string, round: number, lifeMs: number): Promise<void> {
  const kills = ['first', 'second'].map(async (who) => {
    const version = drawnVersion(round, `${who} version`)
    const one = new FetchingProcess({ folder, key: KEY, version, delayMs: 1, maxBytes: 1 })
    await sleep(lifeMs * (0.2 + drawn(round, `${who} moment`)))
    await one.kill()
  })
  await Promise.all(kills)
}

describe('the model cache', () => {
  test(`has whole models or none after ${KILLS} processes were killed at any moment`, async () => {
    const folder = join(temporaryFolder(), 'cache')
    const lifeMs = await lifetimeMs(join(temporaryFolder(), 'cache'))
    let found = 0
    for (let round = 0; round < KILLS / 2; round++) {
      await killTwo(folder, round, lifeMs)
      const looker = openCache(folder)
      const model = await looker.cache.find(KEY)
      if (model !== undefined) {
        found += 1
        expect(VERSIONS.some((version) => isVersion(model.path, version))).toBe(true)
      }
      expect(looker.log.warnings).toEqual([])
      looker.end()
      if (round % 10 !== 0) continue
      const repository = new FakeRepository(modelFiles(drawnVersion(round, 'fetched')))
      const fetcher = openCache(folder)
      expectSameFiles(await fetcher.cache.fetch({ repository, key: KEY }), repository)
      fetcher.end()
    }
    const last = openCache(folder)
    await last.cache.fetch({ repository: new FakeRepository(modelFiles('4')), key: KEY })
    expect(foldersOfEntries(folder)).toHaveLength(1)
    expect(filesUnder(folder).filter((name) => name.endsWith('.tmp'))).toEqual([])
    console.log(`${KILLS} kills; a model was there after ${found} of ${KILLS / 2} rounds`)
  })

  test(`keeps what is used from being removed, with ${USERS} processes at once in too little room`, async () => {
    const folder = join(temporaryFolder(), 'cache')
    const users = Array.from({ length: USERS }, async (_, user) => {
      for (let round = 0; round < ROUNDS_OF_A_USER; round++) await useForAWhile(folder, user * 1000 + round)
    })
    await Promise.all(users)
    const last = openCache(folder, { maxBytes: 1 })
    await last.cache.fetch({ repository: new FakeRepository(modelFiles('4')), key: 'last' })
    expect(foldersOfEntries(folder)).toHaveLength(1)
  })
})

/** A process that uses some version of some model, which must stay as it is until the process ends. */
async function useForAWhile(folder: string, round: number): Promise<void> {
  const version = drawnVersion(round, 'version')
  const key = `model ${Math.floor(drawn(round, 'key') * 3)}`
  const one = new FetchingProcess({ folder, key, version, maxBytes: 100_000 })
  const fetched = await one.fetched
  expect(one.failures).toEqual([])
  const until = performance.now() + 300 * drawn(round, 'use')
  do {
    expectSameFiles(fetched!.model, new FakeRepository(modelFiles(version)))
    await sleep(20)
  } while (performance.now() < until)
  await (drawn(round, 'end') < 0.5 ? one.kill() : one.end())
}

function isVersion(tree: string, version: string): boolean {
  try {
    const repository = new FakeRepository(modelFiles(version))
    const bytes = [...repository.files.values()].reduce((sum, content) => sum + content.byteLength, 0)
    expectSameFiles({ path: tree, files: repository.files.size, bytes, downloaded: true }, repository)
    return true
  } catch {
    return false
  }
}
