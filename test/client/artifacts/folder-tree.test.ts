import { symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { FolderTree } from '../../../src/client/artifacts/folder-tree.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'

test('a folder that is not there has no files, and one that cannot be read is no empty one', async () => {
  const root = temporaryFolder()
  writeFileSync(join(root, 'file'), '')
  symlinkSync('loop', join(root, 'loop'))
  const tree = new FolderTree(root)
  expect(await tree.list('nothing')).toEqual([])
  expect(await tree.list('file')).toEqual([])
  await expect(tree.list('loop')).rejects.toMatchObject({ code: 'PERMISSION_DENIED' })
})
