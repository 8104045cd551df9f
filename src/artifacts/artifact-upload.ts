import { randomUUID } from 'node:crypto'
import { type FileHandle, lstat, open, realpath, rename, rmdir, unlink } from 'node:fs/promises'
import { dirname, join, posix } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { badRequest, invalidParameter } from '../core/errors.ts'
import { makeFolders } from '../files/make-folders.ts'
import { codeOf, isFolder, outsideFolder } from './artifact-failure.ts'
import { realPathOf, requireWithin } from './contained-path.ts'
import { flush } from './model-files.ts'

export interface UploadOptions {
  /** How long the content is; anything else is refused. */
  readonly bytes?: number | undefined
  readonly signal?: AbortSignal
}

/** Names of files that are being written, which MLflow's server lists as little as ours. */
export const TEMPORARY_PREFIX = '.artifact.uploading.'

const MAX_DEPTH = 200

/**
 * What one upload holds in memory at most: chunks that came while others were written go to disk in one call. Four times as
 * much is no faster, and 30 MB more stay resident (docs/performance.md).
 */
const BUFFER_BYTES = 1024 * 1024

/** The writing of one artifact. It keeps the checks and messages of MLflow 3.17.2's `LocalArtifactRepository`. */
export class ArtifactUpload {
  readonly #root: string
  readonly #path: string
  readonly #folder: string
  readonly #name: string
  /** The topmost folder that had to be made. */
  #made: string | undefined

  /** @param path relative to the root @throws ServingError INVALID_PARAMETER_VALUE for a path no file can have */
  constructor(root: string, path: string) {
    const at = path.lastIndexOf('/')
    const folder = at < 0 ? '' : path.slice(0, at).replace(/\/+$/, '')
    this.#root = root
    this.#path = path
    this.#name = path.slice(at + 1)
    this.#folder = join(root, folder)
    requireOwnPath(folder)
    requireDepth(folder)
    requireFileName(this.#name)
  }

  async run(content: Readable, options: UploadOptions): Promise<void> {
    const folder = await this.#makeFolder()
    try {
      await this.#requireReplaceable(join(folder, this.#name))
      await this.#write(folder, content, options)
      await this.#flushFolders(folder)
    } catch (error) {
      await this.#removeMade(folder)
      throw error
    }
  }

  /** @returns its real path */
  async #makeFolder(): Promise<string> {
    const realRoot = await realPathOf(this.#root)
    requireWithin(realRoot, await realPathOf(this.#folder))
    this.#made = await makeFolders(this.#folder)
    const folder = await realpath(this.#folder)
    requireWithin(await realpath(this.#root), folder)
    return folder
  }

  async #requireReplaceable(target: string): Promise<void> {
    const found = await lstat(target).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return undefined
      throw error
    })
    if (found?.isDirectory()) throw isFolder(this.#path)
    if (found?.isSymbolicLink()) await this.#requireLeadsInside(target)
  }

  /** A link that leads nowhere may lead out one day. */
  async #requireLeadsInside(link: string): Promise<void> {
    const target = await realpath(link).catch(() => {
      throw outsideFolder()
    })
    requireWithin(await realpath(this.#root), target)
  }

  async #write(folder: string, content: Readable, options: UploadOptions): Promise<void> {
    const temporary = join(folder, `${TEMPORARY_PREFIX}${randomUUID()}`)
    const handle = await this.#create(temporary)
    try {
      await fill(handle, content, options)
      await rename(temporary, join(folder, this.#name))
    } catch (error) {
      await unlink(temporary).catch(() => {})
      throw error
    }
  }

  /** A folder that an upload made which failed just now may be gone again. */
  async #create(temporary: string): Promise<FileHandle> {
    try {
      return await open(temporary, 'wx')
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error
      this.#made ??= await makeFolders(this.#folder)
      return open(temporary, 'wx')
    }
  }

  /** The file's name, and those of the folders that were made for it. */
  async #flushFolders(folder: string): Promise<void> {
    await flush(folder)
    if (this.#made === undefined) return
    const last = dirname(this.#made)
    for (let parent = dirname(this.#folder); parent.length >= last.length; parent = dirname(parent)) {
      await flush(parent)
      if (parent === dirname(parent)) return
    }
  }

  async #removeMade(folder: string): Promise<void> {
    if (this.#made === undefined) return
    const first = await realPathOf(this.#made)
    for (let made = folder; made.startsWith(first); made = dirname(made)) {
      const removed = await rmdir(made).then(
        () => true,
        () => false,
      )
      if (!removed) return
    }
  }
}

async function fill(handle: FileHandle, content: Readable, { bytes, signal }: UploadOptions): Promise<void> {
  try {
    const file = handle.createWriteStream({ highWaterMark: BUFFER_BYTES, flush: true })
    await pipeline(content, file, signal === undefined ? {} : { signal })
    if (bytes !== undefined && file.bytesWritten !== bytes) {
      throw badRequest(`The content has ${file.bytesWritten} bytes, and ${bytes} were announced`)
    }
  } finally {
    await handle.close()
  }
}

/** Refuses `a//b` and `./a`, which are other folders than they say. */
function requireOwnPath(folder: string): void {
  if (folder === '') return
  const resolved = posix.normalize(folder)
  if (resolved === folder && resolved !== '.') return
  throw invalidParameter(
    `Invalid artifact path: '${folder}'. Names may be treated as files in certain cases, and must not resolve to ` +
      `other names when treated as such. This name would resolve to '${resolved}'`,
  )
}

/** Each folder that is made has to be brought to the disk. */
function requireDepth(folder: string): void {
  if (folder.split('/').length <= MAX_DEPTH) return
  throw invalidParameter(`Invalid artifact path: it leads through more than ${MAX_DEPTH} folders`)
}

function requireFileName(name: string): void {
  if (name === '' || name === '.') throw invalidParameter('Invalid path')
  if (!name.startsWith(TEMPORARY_PREFIX)) return
  throw invalidParameter(
    `Invalid artifact file name: '${name}'. Artifact names starting with '${TEMPORARY_PREFIX}' are reserved.`,
  )
}
