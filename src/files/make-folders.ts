import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

interface FolderOptions {
  /** Of all folders that are made, less the umask. Default 0o777. */
  readonly mode?: number
}

/** Somebody may remove a folder before the one below it is made. */
const ATTEMPTS = 3

/**
 * Makes a folder, with those above it that are not there. It stands for `mkdir` with `recursive`, which Node 24 does not end where no
 * folder can be made, as in /proc.
 * @returns the first folder that was made; undefined where all of them were there
 * @throws Error of the file system
 */
export async function makeFolders(folder: string, options: FolderOptions = {}): Promise<string | undefined> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await makeFromAbove(folder, options)
    } catch (error) {
      if (attempt === ATTEMPTS || !isAbsent(error)) throw error
    }
  }
}

async function makeFromAbove(folder: string, options: FolderOptions): Promise<string | undefined> {
  try {
    return await makeOne(folder, options)
  } catch (error) {
    const parent = dirname(folder)
    if (parent === folder || !isAbsent(error)) throw error
    const first = await makeFromAbove(parent, options)
    const made = await makeOne(folder, options)
    return first ?? made
  }
}

/** @returns the folder, undefined where it was there */
async function makeOne(folder: string, options: FolderOptions): Promise<string | undefined> {
  try {
    await mkdir(folder, options)
    return folder
  } catch (error) {
    const found = await stat(folder).catch(() => undefined)
    if (found?.isDirectory() !== true) throw error
    return undefined
  }
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
