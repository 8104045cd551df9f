import { constants, type Stats } from 'node:fs'
import { type FileHandle, lstat, open, realpath, rm, stat, unlink } from 'node:fs/promises'
import { basename, dirname, join, posix } from 'node:path'
import type { Readable } from 'node:stream'
import { invalidParameter } from '../core/errors.ts'
import {
  codeOf,
  fileFailure,
  isFolder,
  isNothingThere,
  noSuchArtifact,
  outsideFolder,
} from './artifact-failure.ts'
import { ArtifactUpload, type UploadOptions } from './artifact-upload.ts'
import { realPathOf, requireWithin } from './contained-path.ts'
import { type ArtifactEntry, readEntries } from './folder-entries.ts'

/** A file of an artifact folder, open for reading; whoever has it closes the handle. */
export interface OpenArtifactFile {
  readonly handle: FileHandle
  readonly bytes: number
  readonly modified: Date
  /** Changes when the content does. */
  readonly version: string
}

/**
 * The files below a folder of this machine, as an MLflow server hands them out (`LocalArtifactRepository`, 3.17.2).
 * Paths are relative, with `/`, and have gone through `safeArtifactPath`; links count as what they lead to, and
 * those that lead out of the folder are refused. Methods throw ServingError.
 */
export class ArtifactFolder {
  readonly root: string

  /** @param root absolute; need not be there */
  constructor(root: string) {
    this.root = root
  }

  /** What is in a folder, by name; empty for a file, and for what is not there. */
  async list(path: string): Promise<readonly ArtifactEntry[]> {
    try {
      const realRoot = await realPathOf(this.root)
      const folder = await realPathOf(this.#pathOf(path))
      requireWithin(realRoot, folder)
      return await readEntries(folder, realRoot)
    } catch (error) {
      if (isNothingThere(error)) return []
      throw fileFailure(error, path)
    }
  }

  /** @throws ServingError RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE for what is no file */
  async open(path: string): Promise<OpenArtifactFile> {
    try {
      const target = await realpath(this.#pathOf(path))
      requireWithin(await realPathOf(this.root), target)
      requireFile(await stat(target), path)
      return await openFile(target, path)
    } catch (error) {
      throw isNothingThere(error) ? noSuchArtifact(path) : fileFailure(error, path)
    }
  }

  /**
   * Writes a file, and the folders that it is in: beside its place, and put there when all of it is on disk. When it
   * fails nothing is left, and what was there before is there still.
   */
  async write(path: string, content: Readable, options: UploadOptions = {}): Promise<void> {
    try {
      await new ArtifactUpload(this.root, path).run(content, options)
    } catch (error) {
      throw fileFailure(error, path)
    }
  }

  /** Removes a file, or a folder with all that is in it; what is not there is no error. */
  async remove(path: string): Promise<void> {
    const target = this.#pathOf(path)
    if (target === this.root) throw invalidParameter('Invalid path')
    try {
      const parent = await realpath(dirname(target))
      requireWithin(await realPathOf(this.root), parent)
      const named = join(parent, basename(target))
      if ((await lstat(named)).isDirectory()) await rm(named, { recursive: true, force: true })
      else await unlink(named)
    } catch (error) {
      if (!isNothingThere(error)) throw fileFailure(error, path)
    }
  }

  #pathOf(path: string): string {
    return join(this.root, posix.normalize(path)).replace(/(?<=.)\/+$/, '')
  }
}

function requireFile(found: Stats, path: string): void {
  if (found.isDirectory()) throw isFolder(path)
  if (!found.isFile()) throw invalidParameter(`The artifact '${path}' is not a regular file`)
}

/** A path may have become a link, or one to a device, since it was looked at: what was opened is looked at again. */
async function openFile(target: string, path: string): Promise<OpenArtifactFile> {
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)
  const handle = await open(target, flags)
  try {
    const opened = await handle.stat()
    requireFile(opened, path)
    const named = await realpath(target)
    const found = await stat(named)
    if (named !== target || found.ino !== opened.ino || found.dev !== opened.dev) throw outsideFolder()
    return { handle, bytes: opened.size, modified: opened.mtime, version: versionOf(opened) }
  } catch (error) {
    await handle.close()
    throw codeOf(error) === 'ENOENT' ? noSuchArtifact(path) : error
  }
}

function versionOf({ ino, size, mtimeMs, ctimeMs }: Stats): string {
  return [ino, size, Math.round(mtimeMs * 1000), Math.round(ctimeMs * 1000)]
    .map((part) => part.toString(36))
    .join('-')
}
