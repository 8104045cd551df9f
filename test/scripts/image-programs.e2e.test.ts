import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { buildImagePrograms } from '../../scripts/image-programs.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'

/** All files below a folder, with their bytes. */
function filesOf(folder: string): ReadonlyMap<string, Buffer> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()
  const files = paths.filter((path) => statSync(join(folder, path)).isFile())
  return new Map(files.map((path) => [path, readFileSync(join(folder, path))]))
}

test('programs of images are the same bytes in any folder, and leave nothing there of what was before', async () => {
  const [first, second] = [join(temporaryFolder(), 'a'), join(temporaryFolder(), 'another/b')]
  for (const folder of [first, join(second, 'tfjs')]) mkdirSync(folder, { recursive: true })
  writeFileSync(join(second, 'tfjs/of-yesterday.js'), '')
  await buildImagePrograms(first, '1.2.3')
  await buildImagePrograms(second, '1.2.3')
  expect(filesOf(first).has('onnxruntime/main.js')).toBe(true)
  expect(filesOf(second)).toEqual(filesOf(first))
})
