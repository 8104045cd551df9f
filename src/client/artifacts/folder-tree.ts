import { createReadStream } from 'node:fs'
import { copyFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import {
  messageOf,
  notFound,
  permissionDenied,
  resourceExhausted,
  type ServingError,
} from '../../core/errors.ts'
import { makeFolders } from '../../files/make-folders.ts'
import { joined, segmentsOf } from './artifact-path.ts'
import type { ArtifactTree, Content, FileInfo } from './artifact-tree.ts'

/** Artifacts in a folder of this machine. */
export class FolderTree implements ArtifactTree {
  readonly #root: string

  /** @param root absolute path; need not be there */
  constructor(root: string) {
    this.#root = root
  }

  async list(folder: string): Promise<readonly FileInfo[]> {
    const place = this.#placeOf(folder)
    const names = await readdir(place).catch((error: unknown) => noNames(place, error))
    const files = await Promise.all(names.map((name) => this.#fileInfo(joined(folder, name))))
    return files.filter((file) => file !== undefined).sort((a, b) => (a.path < b.path ? -1 : 1))
  }

  async read(path: string): Promise<AsyncIterable<Uint8Array>> {
    const place = this.#placeOf(path)
    const found = await stat(place).catch(() => undefined)
    if (found?.isFile() === true) return createReadStream(place)
    throw notFound(`There is no file ${place}`)
  }

  /** Written beside and renamed: nobody sees half a file. */
  async write(path: string, content: Content): Promise<void> {
    const place = this.#placeOf(path)
    const draft = join(dirname(place), `.${crypto.randomUUID()}.tmp`)
    try {
      await makeFolders(dirname(place))
      if ('file' in content) await copyFile(content.file, draft)
      else await writeFile(draft, content.bytes)
      await rename(draft, place)
    } catch (error) {
      // What went wrong first is told, also where there is no draft because its folder is none.
      await rm(draft, { force: true }).catch(() => undefined)
      throw notWritten(place, error)
    }
  }

  async remove(path: string): Promise<void> {
    await rm(this.#placeOf(path), { recursive: true, force: true })
  }

  #placeOf(path: string): string {
    return join(this.#root, ...segmentsOf(path))
  }

  async #fileInfo(path: string): Promise<FileInfo | undefined> {
    const found = await stat(this.#placeOf(path)).catch(() => undefined)
    if (found === undefined) return undefined
    const isDir = found.isDirectory()
    return { path, isDir, fileSize: isDir ? undefined : found.size }
  }
}

/** The disk is full, or its quota is, or the file is larger than files may be. */
const NO_ROOM: readonly unknown[] = ['ENOSPC', 'EDQUOT', 'EFBIG']
const NOT_ALLOWED: readonly unknown[] = ['EACCES', 'EPERM', 'EROFS']

function notWritten(place: string, error: unknown): ServingError {
  const text = `${place} cannot be written: ${messageOf(error)}`
  const code = codeOf(error)
  if (NO_ROOM.includes(code)) return resourceExhausted(text, error)
  return NOT_ALLOWED.includes(code) ? permissionDenied(text) : notFound(text)
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}

/** @throws ServingError PERMISSION_DENIED where something is there that cannot be read */
function noNames(place: string, error: unknown): readonly string[] {
  const code = codeOf(error)
  if (code === 'ENOENT' || code === 'ENOTDIR') return []
  throw permissionDenied(`${place} cannot be read: ${messageOf(error)}`)
}
