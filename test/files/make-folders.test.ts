import { mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeFolders } from '../../src/files/make-folders.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'

const modeOf = (path: string): number => statSync(path).mode & 0o777

test('folders that are not there are made, each with the mode, and the first of them is told', async () => {
  const root = temporaryFolder()
  mkdirSync(join(root, 'there'))
  const folder = join(root, 'there', 'a', 'b', 'c')
  expect(await makeFolders(folder, { mode: 0o700 })).toBe(join(root, 'there', 'a'))
  expect(['a', 'a/b', 'a/b/c'].map((path) => modeOf(join(root, 'there', path)))).toEqual([
    0o700, 0o700, 0o700,
  ])
  expect(await makeFolders(folder)).toBeUndefined()
  expect(await makeFolders(join(folder, 'd'))).toBe(join(folder, 'd'))
})

test('a link to a folder is one', async () => {
  const root = temporaryFolder()
  mkdirSync(join(root, 'real'))
  symlinkSync('real', join(root, 'link'))
  expect(await makeFolders(join(root, 'link'))).toBeUndefined()
  expect(await makeFolders(join(root, 'link', 'below'))).toBe(join(root, 'link', 'below'))
  expect(statSync(join(root, 'real/below')).isDirectory()).toBe(true)
})

test('several may make the same folder at once', async () => {
  const folder = join(temporaryFolder(), 'a/b/c/d')
  await Promise.all(Array.from({ length: 20 }, () => makeFolders(folder)))
  expect(statSync(folder).isDirectory()).toBe(true)
})

test('what is no folder, and a link that leads nowhere, are refused', async () => {
  const root = temporaryFolder()
  writeFileSync(join(root, 'file'), '')
  symlinkSync('nowhere', join(root, 'link'))
  await expect(makeFolders(join(root, 'file'))).rejects.toMatchObject({ code: 'EEXIST' })
  await expect(makeFolders(join(root, 'file/below/it'))).rejects.toMatchObject({ code: 'ENOTDIR' })
  await expect(makeFolders(join(root, 'link'))).rejects.toMatchObject({ code: 'EEXIST' })
  await expect(makeFolders(join(root, 'link/below'))).rejects.toThrow()
  await expect(makeFolders('')).rejects.toMatchObject({ code: 'ENOENT' })
})

// Node's own does not come to an end there.
test.runIf(process.platform === 'linux')('where no folder can be made, that is said', async () => {
  for (const folder of ['/proc/headrace', '/proc/headrace/a/b', '/proc/self/fd/a']) {
    await expect(makeFolders(folder)).rejects.toMatchObject({ code: 'ENOENT' })
  }
})
