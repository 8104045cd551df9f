import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, open, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pause, type RetryRules, waitBefore } from '../../../client/retry.ts'
import { isUnreachable, messageOf, unusableCache } from '../../../core/errors.ts'
import { makeFolders } from '../../../files/make-folders.ts'
import { isUnused, noteUse } from '../../cache-use.ts'
import { drain } from '../../oci/digest.ts'
import { isFileSystemError } from '../../oci/write-beside.ts'
import { checkedBytes, damaged } from './checked-bytes.ts'
import type { Descriptor } from './descriptor.ts'

/** What comes of a blob from an offset on; from its beginning where the server knows of no offsets. */
export interface BlobPart {
  readonly offset: number
  readonly chunks: AsyncIterable<Uint8Array>
}

export interface DownloadOptions {
  readonly retries: RetryRules
  readonly signal: AbortSignal | undefined
  /** Of the image, for messages. */
  readonly name: string
}

/** Files of the cache: a blob, and what a download that was killed has left. */
const OF_BLOBS = /^[0-9a-f]{64}(\.[0-9a-f-]{36}\.part)?$/

/**
 * Blobs on disk, in files that are named by their digests. Only what was checked gets such a name, and is checked again before it is
 * used: one that was damaged since is fetched anew.
 */
export class BlobCache {
  readonly #folder: string
  readonly #fetching = new Map<string, Promise<string>>()

  constructor(cacheFolder: string) {
    this.#folder = join(cacheFolder, 'blobs', 'sha256')
  }

  /**
   * Path of a blob that is complete. `download` is asked where it is not there, and again for the rest when it breaks
   * off; callers that want the same blob wait for one download.
   * @throws ServingError INVALID_STATE where what came is something else, or the cache cannot be written
   */
  file(
    descriptor: Descriptor,
    download: (offset: number) => Promise<BlobPart>,
    options: DownloadOptions,
  ): Promise<string> {
    const { digest } = descriptor
    const fetching = this.#fetching.get(digest) ?? this.#fetched(descriptor, download, options)
    this.#fetching.set(digest, fetching)
    return fetching.finally(() => this.#fetching.delete(digest))
  }

  /** Removes what nobody has used for so long. */
  async removeUnused(unusedMs: number): Promise<void> {
    const names = await readdir(this.#folder).catch(() => [])
    for (const name of names.filter((each) => OF_BLOBS.test(each))) {
      const path = join(this.#folder, name)
      if (await isUnused(path, unusedMs)) await rm(path, { force: true })
    }
  }

  async #fetched(
    descriptor: Descriptor,
    download: (offset: number) => Promise<BlobPart>,
    options: DownloadOptions,
  ): Promise<string> {
    const path = join(this.#folder, descriptor.digest.replace('sha256:', ''))
    if (await isIntact(path, descriptor, options.name)) return path
    const part = `${path}.${randomUUID()}.part`
    try {
      await makeFolders(this.#folder)
      await downloadTo(part, descriptor, download, options)
      await rename(part, path)
      return path
    } catch (cause) {
      if (!isFileSystemError(cause)) throw cause
      throw unusableCache(
        `The cache of blobs at ${this.#folder} cannot be used: ${messageOf(cause)}. Another folder can be named (--cache-dir).`,
        cause,
      )
    } finally {
      await rm(part, { force: true }).catch(() => {})
    }
  }
}

async function isIntact(path: string, descriptor: Descriptor, name: string): Promise<boolean> {
  try {
    await drain(checkedBytes(() => createReadStream(path), descriptor, name))
    await noteUse(path)
    return true
  } catch {
    return false
  }
}

/** A blob as it comes, in pieces that may come from its beginning again. */
class Download {
  readonly #file: FileHandle
  readonly #descriptor: Descriptor
  readonly #name: string
  #hash = createHash('sha256')
  length = 0

  constructor(file: FileHandle, descriptor: Descriptor, name: string) {
    this.#file = file
    this.#descriptor = descriptor
    this.#name = name
  }

  async take({ offset, chunks }: BlobPart): Promise<void> {
    if (offset !== this.length) {
      this.#hash = createHash('sha256')
      this.length = 0
    }
    for await (const chunk of chunks) {
      await this.#write(chunk)
      this.#hash.update(chunk)
      this.length += chunk.byteLength
      if (this.length > this.#descriptor.size) throw damaged(this.#name, this.#descriptor.digest)
    }
  }

  /** A disk that is nearly full takes part of it. */
  async #write(chunk: Uint8Array): Promise<void> {
    for (let done = 0; done < chunk.byteLength; ) {
      const { bytesWritten } = await this.#file.write(
        chunk,
        done,
        chunk.byteLength - done,
        this.length + done,
      )
      done += bytesWritten
    }
  }

  /** @throws ServingError INVALID_STATE where it is not what was asked for */
  async finish(): Promise<void> {
    const { digest, size } = this.#descriptor
    if (this.length !== size || `sha256:${this.#hash.digest('hex')}` !== digest)
      throw damaged(this.#name, digest)
    await this.#file.sync()
  }
}

/** What breaks off is gone on with, and is given up after so many failures in a row that brought nothing. */
async function downloadTo(
  path: string,
  descriptor: Descriptor,
  ask: (offset: number) => Promise<BlobPart>,
  { retries, signal, name }: DownloadOptions,
): Promise<void> {
  const file = await open(path, 'wx')
  const download = new Download(file, descriptor, name)
  let failures = 0
  let furthest = 0
  try {
    for (;;) {
      try {
        await download.take(await ask(download.length))
        break
      } catch (error) {
        // All of it came before the connection broke: behind its end a server has nothing more to give.
        if (download.length === descriptor.size && isUnreachable(error)) break
        failures = download.length > furthest ? 1 : failures + 1
        furthest = Math.max(furthest, download.length)
        if (!isUnreachable(error) || failures > retries.maxRetries) throw error
        const seconds = waitBefore(failures, error.retryAfterSeconds, retries)
        await pause(seconds, signal, `while ${name} was fetched`)
      }
    }
    await download.finish()
  } finally {
    await file.close()
  }
}
