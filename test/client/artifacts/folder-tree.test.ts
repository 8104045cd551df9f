import { spawnSync } from 'node:child_process'
import { readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { FolderTree } from '../../../src/client/artifacts/folder-tree.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'

const WRITING = fileURLToPath(new URL('../support/writing-process.ts', import.meta.url))

test('a folder that is not there has no files, and one that cannot be read is no empty one', async () => {
  const root = temporaryFolder()
  writeFileSync(join(root, 'file'), '')
  symlinkSync('loop', join(root, 'loop'))
  const tree = new FolderTree(root)
  expect(await tree.list('nothing')).toEqual([])
  expect(await tree.list('file')).toEqual([])
  await expect(tree.list('loop')).rejects.toMatchObject({ code: 'PERMISSION_DENIED' })
})

test('a file for which there is no room is not called missing, and leaves nothing behind', () => {
  const root = temporaryFolder()
  // Files of at most 16 KB, the signal for which ends a process unless it is ignored.
  const shell = `trap '' XFSZ; ulimit -f 16; exec "$0" "$@"`
  const child = spawnSync('bash', ['-c', shell, process.execPath, WRITING, root, '100000'], {
    encoding: 'utf8',
  })
  expect({ stderr: child.stderr, code: child.stdout }).toEqual({ stderr: '', code: 'RESOURCE_EXHAUSTED' })
  expect(readdirSync(root)).toEqual([])
})

test('a file where no folder can be is no artifact', async () => {
  const root = temporaryFolder()
  writeFileSync(join(root, 'file'), '')
  const written = new FolderTree(root).write('file/inside', { bytes: new Uint8Array(1) })
  await expect(written).rejects.toMatchObject({ code: 'RESOURCE_DOES_NOT_EXIST' })
})
