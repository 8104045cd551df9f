import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { copyFile, type FileHandle, open, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { invalidParameter } from '../../core/errors.ts'

/** Of the name that a file has before it is in its place. */
const NAME_BYTES = 4
const COPY_NAME = new RegExp(`^[0-9a-f]{${2 * NAME_BYTES}}$`)

/**
 * An empty file in the place of whatever has the name. A run that has not ended may still write to that one: it
 * keeps it, and nobody sees it any more.
 */
export function replaceFile(path: string): Promise<FileHandle> {
  return putInPlace(path, (beside) => open(beside, 'wx+'))
}

/**
 * A copy in its place, of the first `length` bytes: free on file systems that share what is equal. Where there is no room for
 * a copy it is the file itself.
 * @throws ServingError INVALID_PARAMETER_VALUE where it is shorter
 */
export async function replaceByCopy(path: string, length: number): Promise<FileHandle> {
  await sweep(path)
  try {
    return await putInPlace(path, (beside) => copyOf(path, beside, length))
  } catch (error) {
    if (!isOutOfRoom(error)) throw error
    return await cutTo(await open(path, 'r+'), path, length)
  }
}

async function putInPlace(path: string, make: (beside: string) => Promise<FileHandle>): Promise<FileHandle> {
  const beside = `${path}.${randomBytes(NAME_BYTES).toString('hex')}`
  let file: FileHandle | undefined
  try {
    file = await make(beside)
    await rename(beside, path)
    return file
  } catch (error) {
    await file?.close()
    await rm(beside, { force: true })
    throw error
  }
}

/** Removes copies of runs that died over them. One that is at it finds its own gone, and gives up. */
async function sweep(path: string): Promise<void> {
  const own = `${basename(path)}.`
  for (const name of await readdir(dirname(path))) {
    if (name.startsWith(own) && COPY_NAME.test(name.slice(own.length))) {
      await rm(join(dirname(path), name), { force: true })
    }
  }
}

async function copyOf(path: string, beside: string, length: number): Promise<FileHandle> {
  await copyFile(path, beside, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL)
  const file = await cutTo(await open(beside, 'r+'), path, length)
  await file.datasync()
  return file
}

async function cutTo(file: FileHandle, path: string, length: number): Promise<FileHandle> {
  try {
    const { size } = await file.stat()
    if (size < length) throw invalidParameter(`'${path}' has become shorter than its journal says`)
    await file.truncate(length)
    return file
  } catch (error) {
    await file.close()
    throw error
  }
}

function isOutOfRoom(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT')
}
