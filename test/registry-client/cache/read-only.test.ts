import { chmodSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'
import { openCache } from './fixtures/cache-support.ts'
import { FakeRepository, modelFiles } from './fixtures/fake-repositories.ts'
import { FetchingProcess } from './fixtures/fetching-process.ts'

/** Permission bits keep the superuser from nothing. */
const NOBODY = process.getuid?.() === 0 ? 65_534 : undefined

let folder: string
let tree: string
let child: FetchingProcess | undefined

beforeEach(async () => {
  folder = join(temporaryFolder(), 'cache')
  const first = openCache(folder)
  tree = (await first.cache.fetch({ repository: new FakeRepository(modelFiles()), key: 'model' })).path
  first.end()
  makeReadOnly(folder)
})

afterEach(async () => {
  await child?.kill()
})

/** As it is in an image that was made with the cache filled: everyone reads, nobody writes. */
function makeReadOnly(path: string): void {
  chmodSync(dirname(path), 0o755)
  chmodSync(path, 0o555)
  for (const entry of readdirSync(path, { recursive: true, withFileTypes: true })) {
    chmodSync(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o555 : 0o444)
  }
}

describe('a cache that cannot be written', () => {
  test('serves what it holds, and nothing is written to it', async () => {
    child = new FetchingProcess({ folder, uid: NOBODY })
    const fetched = await child.fetched
    expect(fetched?.model).toMatchObject({ path: tree, downloaded: false })
    expect(readdirSync(join(folder, 'locks'))).toHaveLength(1)
  })

  test('says so where it does not hold what is wanted', async () => {
    child = new FetchingProcess({ folder, uid: NOBODY, version: '2' })
    expect(await child.fetched).toBeUndefined()
    expect(child.failures).toEqual([expect.stringContaining('cannot be written and does not have')])
  })
})
