import { linkSync, readFileSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'
import { expectSameFiles, foldersOfEntries, openCache } from './fixtures/cache-support.ts'
import { FakeRepository, modelFiles } from './fixtures/fake-repositories.ts'

const key = 'registry models/1'
const WEIGHTS = 'data/weights.bin'

/** What may happen to a cached model's folder. */
const DAMAGES: Readonly<Record<string, (tree: string) => void>> = {
  'a flipped bit': (tree) => {
    const content = readFileSync(join(tree, WEIGHTS))
    content[30_000] = (content[30_000] ?? 0) ^ 1
    writeFileSync(join(tree, WEIGHTS), content)
  },
  'a file cut off': (tree) => truncateSync(join(tree, WEIGHTS), 30_000),
  'an empty file': (tree) => truncateSync(join(tree, WEIGHTS), 0),
  'a missing file': (tree) => rmSync(join(tree, WEIGHTS)),
  'a missing folder': (tree) => rmSync(join(tree, 'data'), { recursive: true }),
  'one more file': (tree) => writeFileSync(join(tree, 'data/extra.bin'), 'x'),
  'a link to the same content': (tree) => {
    renameSync(join(tree, WEIGHTS), join(tree, '../weights'))
    symlinkSync('../../weights', join(tree, WEIGHTS))
  },
  'a second name of a file': (tree) => linkSync(join(tree, WEIGHTS), join(tree, '../weights')),
  'a tree that has gone': (tree) => rmSync(tree, { recursive: true }),
  'a manifest that is not JSON': (tree) => writeFileSync(join(tree, '../manifest.json'), '{'),
}

let folder: string
let tree: string

beforeEach(async () => {
  folder = join(temporaryFolder(), 'cache')
  const first = openCache(folder)
  tree = (await first.cache.fetch({ repository: new FakeRepository(modelFiles()), key })).path
  first.end()
})

describe('finding a model', () => {
  test('gives it without asking anyone', async () => {
    const found = await openCache(folder).cache.find(key)
    expectSameFiles(found!, new FakeRepository(modelFiles()))
    expect(found).toMatchObject({ path: tree, downloaded: false })
  })

  test('gives nothing where there is nothing', async () => {
    expect(await openCache(folder).cache.find('another')).toBeUndefined()
    expect(await openCache(join(folder, 'new')).cache.find(key)).toBeUndefined()
  })

  test.each(Object.keys(DAMAGES))(
    'gives nothing where there is %s, and throws the rest away',
    async (damage) => {
      DAMAGES[damage]?.(tree)
      const { cache } = openCache(folder)
      expect(await cache.find(key)).toBeUndefined()
      expect(await cache.find(key)).toBeUndefined()
      if (damage !== 'a manifest that is not JSON') expect(foldersOfEntries(folder)).toEqual([])
    },
  )
})

describe('fetching a damaged model', () => {
  test.each(Object.keys(DAMAGES))('transfers what is wrong with %s', async (damage) => {
    DAMAGES[damage]?.(tree)
    const repository = new FakeRepository(modelFiles())
    const model = await openCache(folder).cache.fetch({ repository, key })
    expectSameFiles(model, repository)
    expect(model.downloaded).toBe(true)
    expect(foldersOfEntries(folder)).toHaveLength(1)
  })

  test('takes over what is right, and says that something was not', async () => {
    DAMAGES['a flipped bit']?.(tree)
    const repository = new FakeRepository(modelFiles(), { hasNoValidators: true })
    const { cache, log } = openCache(folder)
    expectSameFiles(await cache.fetch({ repository, key }), repository)
    // The first is for the identity.
    expect(repository.openedPaths()).toEqual(['MLmodel', WEIGHTS])
    expect(log.warnings).toEqual([expect.stringContaining('is damaged')])
  })
})
