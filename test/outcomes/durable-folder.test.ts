import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeFolder } from '../../src/outcomes/durable-folder.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'

test('a folder is made with those above it, for its owner alone, and made again it is the same', async () => {
  const top = join(temporaryFolder(), 'rollouts')
  const folder = join(top, 'iris', '0123456789abcdef')
  await makeFolder(folder)
  for (const place of [top, join(top, 'iris'), folder]) {
    expect((await stat(place)).mode & 0o777).toBe(0o700)
  }
  const { ino } = await stat(folder)
  await makeFolder(folder)
  expect((await stat(folder)).ino).toBe(ino)
})

test('where a file is in the way it says so', async () => {
  await expect(makeFolder(join(import.meta.filename, 'below'))).rejects.toMatchObject({ code: 'ENOTDIR' })
})
