import { lstat, open, realpath } from 'node:fs/promises'
import { isAbsolute, join, sep } from 'node:path'
import { invalidModel, messageOf, notFound, type ServingError } from '../core/errors.ts'
import { shortened } from '../core/shortened.ts'

/** A file of a model, found safe. */
export interface ModelFile {
  /** Real absolute path: no part of it is a link. */
  readonly path: string
  readonly bytes: number
}

/**
 * Finds a file that is named inside a model (`data` of an MLmodel file, an external data location, an example).
 * Such names are foreign input, so a file is accepted only if it is relative without `..`, regular, reached
 * without leaving the model's folder through links, and the only name of its inode: a hard link made by
 * whoever packed the model would show any file of this machine (CVE-2026-34446).
 *
 * @param directory absolute path of the model's folder.
 * @throws ServingError INVALID_PARAMETER_VALUE where the name is unsafe, RESOURCE_DOES_NOT_EXIST where nothing is there.
 */
export async function findModelFile(directory: string, name: string): Promise<ModelFile> {
  checkName(name)
  const root = await realpath(directory).catch((error: unknown) => refuseMissing(directory, error))
  const path = await realpath(join(root, name)).catch((error: unknown) => refuseMissing(name, error))
  if (!path.startsWith(root.endsWith(sep) ? root : root + sep)) {
    throw unsafe(name, 'it leads out of the model folder through a link')
  }
  const stats = await lstat(path)
  if (!stats.isFile()) throw unsafe(name, 'it is not a regular file')
  if (stats.nlink !== 1) throw unsafe(name, `it is one of ${stats.nlink} hard links to the same file`)
  return { path, bytes: stats.size }
}

/**
 * Reads a small file that is named inside a model, checked as by `findModelFile`.
 * @throws ServingError INVALID_PARAMETER_VALUE also where it is larger than `maxBytes`.
 */
export async function readModelFile(directory: string, name: string, maxBytes: number): Promise<Uint8Array> {
  const { path } = await findModelFile(directory, name)
  const file = await open(path)
  try {
    const { size } = await file.stat()
    if (size > maxBytes) {
      throw invalidModel(`Model file '${name}' has ${size} bytes; at most ${maxBytes} are read.`, {
        details: { file: name, bytes: size },
      })
    }
    return await file.readFile()
  } finally {
    await file.close()
  }
}

function checkName(name: string): void {
  if (name === '') throw unsafe(name, 'it is empty')
  if (name.includes('\0')) throw unsafe(name, 'it contains a NUL character')
  if (isAbsolute(name) || /^[a-zA-Z]:/.test(name)) throw unsafe(name, 'it is absolute')
  if (name.split(/[/\\]/).includes('..')) throw unsafe(name, "it contains '..'")
}

function unsafe(name: string, reason: string): ServingError {
  return invalidModel(`Model file '${name}' is refused: ${reason}.`, { details: { file: name, reason } })
}

function refuseMissing(name: string, error: unknown): never {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    throw notFound(shortened(`Model file '${name}' does not exist.`), { file: name })
  }
  throw invalidModel(`Model file '${name}' cannot be opened: ${messageOf(error)}`, {
    details: { file: name },
    cause: error,
  })
}
