import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Makes a folder, and those that it lies in, for this user alone. Node's own `recursive` never returns where the file
 * system says of a folder in one that is there that it is not, as /proc does.
 * @throws what the file system throws
 */
export async function makeFolder(path: string): Promise<void> {
  if ((await tryToMake(path)) || dirname(path) === path) return
  await makeFolder(dirname(path))
  await makeOne(path)
}

/** @returns false where the folder that it is to lie in is not there */
async function tryToMake(path: string): Promise<boolean> {
  try {
    await makeOne(path)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false
    throw error
  }
}

async function makeOne(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 })
  } catch (error) {
    if ((await stat(path).catch(() => undefined))?.isDirectory() !== true) throw error
  }
}
