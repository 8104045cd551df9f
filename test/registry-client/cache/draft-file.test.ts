import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { DraftFile } from '../../../src/registry-client/cache/draft-file.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'

test('the bytes of an earlier content are gone before the validator of a new one is noted', async () => {
  const folder = temporaryFolder()
  const path = join(folder, 'weights')
  writeFileSync(path, 'old bytes')
  const atNoting: string[] = []
  const beginning = { validator: '"old"', bytes: 100 }
  const file = await DraftFile.open(path, beginning, {
    cacheFolder: folder,
    onRestart: async () => {
      atNoting.push(readFileSync(path, 'utf8'))
    },
    onBytes: () => {},
  })
  expect(file.bytes).toBe('old bytes'.length)
  await file.restart('"new"')
  await file.write(Buffer.from('new'))
  await file.finish()
  await file.close()
  expect(atNoting).toEqual([''])
  expect(readFileSync(path, 'utf8')).toBe('new')
})
