import { createHash, type Hash } from 'node:crypto'
import { constants, type FileHandle, open, rm } from 'node:fs/promises'
import { cacheFailure } from './cache-failure.ts'
import type { Sink } from './download-file.ts'

/** A beginning of a file that an earlier process left. */
export interface Beginning {
  readonly validator: string
  /** Of the whole file. */
  readonly bytes: number
}

export interface DraftFileHooks {
  /** Named where the disk fails. */
  readonly cacheFolder: string
  /** When nothing is there any more, and before the first byte of a content is written: what it takes to go on with it later. */
  readonly onRestart: (validator: string | undefined) => Promise<void>
  /** Bytes gained, or lost by starting again (negative). */
  readonly onBytes: (bytes: number) => void
}

/** A file while it is transferred: written from its beginning, and hashed as it is written. */
export class DraftFile implements Sink {
  readonly #handle: FileHandle
  readonly #hooks: DraftFileHooks
  #hash: Hash = createHash('sha256')
  #bytes = 0
  #validator: string | undefined

  private constructor(handle: FileHandle, hooks: DraftFileHooks) {
    this.#handle = handle
    this.#hooks = hooks
  }

  /** Goes on with a beginning, where there is one; else the file is new, with an inode of its own. */
  static async open(
    path: string,
    beginning: Beginning | undefined,
    hooks: DraftFileHooks,
  ): Promise<DraftFile> {
    if (beginning !== undefined) {
      const handle = await open(path, constants.O_RDWR | constants.O_NOFOLLOW).catch(() => undefined)
      if (handle !== undefined) {
        const file = new DraftFile(handle, hooks)
        if (await file.#takeBeginning(beginning)) return file
        await handle.close()
      }
    }
    await rm(path, { force: true })
    return new DraftFile(await open(path, 'wx+', 0o600), hooks)
  }

  get bytes(): number {
    return this.#bytes
  }

  get validator(): string | undefined {
    return this.#validator
  }

  async restart(validator: string | undefined): Promise<void> {
    await this.#onDisk(async () => {
      // First, and for good: the bytes of an earlier content must never be found under the validator of this one.
      if (this.#bytes > 0) {
        await this.#handle.truncate(0)
        await this.#handle.sync()
      }
      await this.#hooks.onRestart(validator)
    })
    this.#hooks.onBytes(-this.#bytes)
    this.#bytes = 0
    this.#hash = createHash('sha256')
    this.#validator = validator
  }

  async write(chunk: Uint8Array): Promise<void> {
    await this.#onDisk(async () => {
      for (let done = 0; done < chunk.byteLength; ) {
        const rest = chunk.byteLength - done
        const { bytesWritten } = await this.#handle.write(chunk, done, rest, this.#bytes + done)
        done += bytesWritten
      }
    })
    this.#hash.update(chunk)
    this.#bytes += chunk.byteLength
    this.#hooks.onBytes(chunk.byteLength)
  }

  /** The content is on the disk when it returns. @returns its digest, hexadecimal */
  async finish(): Promise<string> {
    await this.#handle.sync()
    return this.#hash.digest('hex')
  }

  async close(): Promise<void> {
    await this.#handle.close()
  }

  /** All but its last byte at most: a repository has nothing to send from the end of a file on. */
  async #takeBeginning({ validator, bytes }: Beginning): Promise<boolean> {
    const found = await this.#handle.stat()
    if (!found.isFile() || found.nlink !== 1) return false
    const kept = Math.max(0, Math.min(found.size, bytes - 1))
    await this.#handle.truncate(kept)
    if (kept > 0) {
      const read = this.#handle.createReadStream({ start: 0, end: kept - 1, autoClose: false })
      for await (const chunk of read) this.#hash.update(chunk)
    }
    this.#bytes = kept
    this.#validator = validator
    this.#hooks.onBytes(kept)
    return true
  }

  /** A disk that is full is no break of the connection: it is told apart by its class. */
  async #onDisk(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      throw cacheFailure(error, this.#hooks.cacheFolder)
    }
  }
}
