import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { DraftFile } from '../../../src/registry-client/cache/draft-file.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'

/** A file that is begun anew: what was on the disk whenever its validator was noted. */
async function begunAnew(beginning: string): Promise<{ path: string; seen: readonly string[] }> {
  const folder = temporaryFolder()
  const path = join(folder, 'weights')
  const seen: string[] = []
  writeFileSync(path, beginning)
  const known = { validator: '"old"', bytes: 100 }
  const file = await DraftFile.open(path, known, {
    cacheFolder: folder,
    onRestart: async () => {
      seen.push(readFileSync(path, 'utf8'))
    },
    onBytes: () => {},
  })
  await file.restart('"new"')
  await file.write(Buffer.from('new'))
  await file.finish()
  await file.close()
  return { path, seen }
}

test('the bytes of an earlier content are gone before the validator of a new one is noted', async () => {
  const { path, seen } = await begunAnew('old bytes')
  expect(seen).toEqual([''])
  expect(readFileSync(path, 'utf8')).toBe('new')
})
