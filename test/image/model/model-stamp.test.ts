import { cpSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { expectUnchanged, stampOf } from '../../../src/image/model/model-stamp.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'

const IRIS = join(import.meta.dirname, '../../../models/iris/1')

let folder: string
let stamp: string

beforeEach(async () => {
  folder = join(temporaryFolder(), 'model')
  cpSync(IRIS, folder, { recursive: true })
  stamp = await stampOf(folder)
})

test('a model that is only read keeps its stamp, and so does one beside which a tool leaves something', async () => {
  await readFile(join(folder, 'MLmodel'))
  cpSync(IRIS, join(folder, '__pycache__'), { recursive: true })
  await expectUnchanged(folder, stamp)
})

test.each<[string, (file: string) => void]>([
  ['written again with as many bytes', (file) => writeFileSync(file, 'x'.repeat(10))],
  ['touched', (file) => utimesSync(file, 1, 1)],
  ['removed', (file) => rmSync(file)],
  ['given another name', (file) => renameSync(file, `${file}.old`)],
  [
    'replaced by another with its size and time',
    (file) => {
      writeFileSync(`${file}.new`, 'y'.repeat(10))
      utimesSync(`${file}.new`, 1000, 1000)
      renameSync(`${file}.new`, file)
    },
  ],
])('a model of which a file was %s has another', async (_, change) => {
  const file = join(folder, 'weights.bin')
  writeFileSync(file, 'y'.repeat(10))
  utimesSync(file, 1000, 1000)
  stamp = await stampOf(folder)
  change(file)
  await expect(expectUnchanged(folder, stamp)).rejects.toMatchObject({
    code: 'INVALID_STATE',
    message: `${folder} was written to while the image was being built: build it again`,
  })
})

test('a model that is gone is told', async () => {
  rmSync(folder, { recursive: true })
  await expect(expectUnchanged(folder, stamp)).rejects.toThrow('of the model cannot be read')
})
