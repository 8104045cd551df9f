import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openFailure, outputFailure } from '../../../src/batch/output/output-failure.ts'
import { PartialFile } from '../../../src/batch/output/partial-file.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: of a test, open`), { code, syscall: 'open' })
}

test.each([
  ['ENOSPC', 'RESOURCE_EXHAUSTED'],
  ['EDQUOT', 'RESOURCE_EXHAUSTED'],
  ['EIO', 'TEMPORARILY_UNAVAILABLE'],
  ['ESTALE', 'TEMPORARILY_UNAVAILABLE'],
  ['EACCES', 'INVALID_PARAMETER_VALUE'],
])('%s is told as %s, also where a file is opened, and where its folder is away', (cause, code) => {
  const error = systemError(cause)
  expect(outputFailure(error)).toMatchObject({ code })
  expect(openFailure(join(temporaryFolder(), 'out.csv'), error)).toMatchObject({ code })
  expect(openFailure('/no/such/folder/out.csv', error)).toMatchObject({ code })
})

test('what is no error of the file system is what it was', () => {
  const error = new Error('a bug')
  expect(outputFailure(error)).toBe(error)
})

test('an output whose name a folder has taken is told', async () => {
  const path = join(temporaryFolder(), 'out.csv')
  const file = await PartialFile.open(path)
  mkdirSync(path)
  await expect(file.publish('a1')).rejects.toMatchObject({
    code: 'INVALID_PARAMETER_VALUE',
    message: expect.stringMatching(/^The output cannot be written: EISDIR/),
  })
  await file.close()
})
