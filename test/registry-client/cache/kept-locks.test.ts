import { join } from 'node:path'
import { expect, test } from 'vitest'
import { FileLock } from '../../../src/files/file-lock.ts'
import { KeptLocks } from '../../../src/registry-client/cache/kept-locks.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'

test('a lock is kept once, however often it is taken', async () => {
  const path = join(temporaryFolder(), 'lock')
  const kept = new KeptLocks()
  for (let time = 0; time < 2; time++) kept.keep(path, (await FileLock.try(path, 'shared'))!)
  expect(await FileLock.try(path, 'exclusive')).toBeUndefined()
  kept.releaseAll()
  expect(await FileLock.try(path, 'exclusive')).toBeDefined()
})
