import { mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { TEMPORARY_PREFIX } from '../../src/artifacts/artifact-upload.ts'
import { removeLeftovers } from '../../src/artifacts/upload-leftovers.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'

const NOW = Date.now()
const HOUR = 3600

function write(path: string, hoursAgo: number): void {
  writeFileSync(path, 'half')
  const seconds = NOW / 1000 - hoursAgo * HOUR
  utimesSync(path, seconds, seconds)
}

test('removes files of uploads that nobody writes any more, and nothing else', async () => {
  const root = temporaryFolder()
  const elsewhere = temporaryFolder()
  const folder = join(root, '0/run/artifacts')
  mkdirSync(folder, { recursive: true })
  const [old, young] = [`${TEMPORARY_PREFIX}old`, `${TEMPORARY_PREFIX}young`]
  write(join(folder, old), 2)
  write(join(folder, young), 0.5)
  write(join(folder, 'model.onnx'), 2)
  write(join(folder, `x${TEMPORARY_PREFIX}`), 2)
  mkdirSync(join(folder, `${TEMPORARY_PREFIX}folder`))
  write(join(elsewhere, old), 2)
  symlinkSync(elsewhere, join(folder, 'link'))
  expect(await removeLeftovers(root, NOW)).toEqual({ removed: 1, young: [join(folder, young)] })
  expect(readdirSync(folder).sort()).toEqual(
    [young, `${TEMPORARY_PREFIX}folder`, 'link', 'model.onnx', `x${TEMPORARY_PREFIX}`].sort(),
  )
  expect(readdirSync(elsewhere)).toEqual([old])
  expect(await removeLeftovers(join(root, 'nothing'), NOW)).toEqual({ removed: 0, young: [] })
})
