import { existsSync } from 'node:fs'
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { invalidParameter, messageOf } from '../../core/errors.ts'
import { openFailure } from './output-failure.ts'

/** Where a file is written until it is complete, so that one with its own name always is. */
export function partialPath(path: string): string {
  return `${path}.partial`
}

/** A file that gets its name when it is complete. */
export class PartialFile {
  readonly #path: string
  readonly #file: FileHandle
  #length: number

  /**
   * @param length bytes to keep of what an earlier run has written; undefined to begin anew.
   * @throws ServingError INVALID_PARAMETER_VALUE where that is not possible
   */
  static async open(path: string, length?: number): Promise<PartialFile> {
    try {
      const file =
        length === undefined ? await newFile(partialPath(path)) : await open(partialPath(path), 'r+')
      const { size } = await file.stat()
      if (size < (length ?? 0)) {
        throw invalidParameter(`'${partialPath(path)}' has become shorter than its journal says`)
      }
      await file.truncate(length ?? 0)
      return new PartialFile(path, file, length ?? 0)
    } catch (error) {
      throw openFailure(path, error)
    }
  }

  private constructor(path: string, file: FileHandle, length: number) {
    this.#path = path
    this.#file = file
    this.#length = length
  }

  get length(): number {
    return this.#length
  }

  get fd(): number {
    return this.#file.fd
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await this.#file.write(bytes, done, bytes.length - done, this.#length)
      done += bytesWritten
      this.#length += bytesWritten
    }
  }

  /** What has been written, in pieces. */
  async *read(): AsyncGenerator<Uint8Array, void, undefined> {
    const buffer = new Uint8Array(256 * 1024)
    for (let at = 0; at < this.#length; ) {
      const length = Math.min(buffer.length, this.#length - at)
      const { bytesRead } = await this.#file.read(buffer, 0, length, at)
      if (bytesRead === 0) throw invalidParameter(`'${partialPath(this.#path)}' has become shorter`)
      yield buffer.subarray(0, bytesRead)
      at += bytesRead
    }
  }

  /** @throws ServingError INVALID_PARAMETER_VALUE where another run has begun the same file: then this one is nobody's */
  async sync(): Promise<void> {
    await this.#file.datasync()
    const [own, named] = await Promise.all([
      this.#file.stat(),
      stat(partialPath(this.#path)).catch(() => undefined),
    ])
    if (own.ino === named?.ino && own.dev === named.dev) return
    throw invalidParameter(
      `'${partialPath(this.#path)}' was taken away while it was written: does another run write the same output?`,
    )
  }

  async close(): Promise<void> {
    await this.#file.close()
  }

  /**
   * Gives the file its name, if it does not have it yet; the name is on the disk on return.
   * @throws ServingError INVALID_PARAMETER_VALUE where that is not possible
   */
  static async publish(path: string): Promise<void> {
    try {
      if (existsSync(partialPath(path)) || !existsSync(path)) await rename(partialPath(path), path)
      await syncFolder(dirname(path))
    } catch (error) {
      throw invalidParameter(`The output cannot be named: ${messageOf(error)}`)
    }
  }

  static async discard(path: string): Promise<void> {
    await rm(partialPath(path), { force: true })
  }
}

/** Not the one of an earlier run, which may not have ended. */
async function newFile(path: string): Promise<FileHandle> {
  await rm(path, { force: true })
  return open(path, 'wx+')
}

/** Waits until the names in a folder are on the disk. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
