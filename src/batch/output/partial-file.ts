import { existsSync } from 'node:fs'
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { conflict, invalidParameter, type ServingError } from '../../core/errors.ts'
import { openFailure, outputFailure } from './output-failure.ts'
import { replaceByCopy, replaceFile } from './replace-file.ts'

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
      const partial = partialPath(path)
      const file = await (length === undefined ? replaceFile(partial) : replaceByCopy(partial, length))
      return new PartialFile(path, file, length ?? 0)
    } catch (error) {
      throw isNotThere(error) && existsSync(dirname(path)) ? takenAway(path) : openFailure(path, error)
    }
  }

  /** Whether there is one of an earlier run. */
  static exists(path: string): boolean {
    return existsSync(partialPath(path))
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

  /** @throws ServingError RESOURCE_CONFLICT where another run has begun the same file: then this one is nobody's */
  async sync(): Promise<void> {
    await this.#file.datasync()
    if (!(await this.#isAt(partialPath(this.#path)))) throw takenAway(this.#path)
  }

  async close(): Promise<void> {
    await this.#file.close()
  }

  /** Whether a name is that of this file. */
  async #isAt(path: string): Promise<boolean> {
    const [own, named] = await Promise.all([this.#file.stat(), stat(path).catch(() => undefined)])
    return own.ino === named?.ino && own.dev === named.dev
  }

  /**
   * Gives the complete file its name, which is on the disk on return. What has the unfinished name may be another run's by
   * now: so it is first taken to where nobody else looks, and only then looked at.
   * @param id of the run, which a journal has
   * @throws ServingError RESOURCE_CONFLICT where it is another run's, or what the file system says
   */
  async publish(id: string): Promise<void> {
    const partial = partialPath(this.#path)
    const hidden = hiddenPath(this.#path, id)
    await naming(async () => {
      if (!(await moved(partial, hidden))) throw takenAway(this.#path)
      if (!(await this.#isAt(hidden))) {
        await moved(hidden, partial)
        throw takenAway(this.#path)
      }
      // Where it is gone, another run has seen in the journal that it is complete, and has named it.
      await moved(hidden, this.#path)
      await syncFolder(dirname(this.#path))
    })
  }

  /** The same for a run that ended before it could do so, or while it did. */
  static async publishLeft(path: string, id: string): Promise<void> {
    await naming(async () => {
      if (!(await moved(hiddenPath(path, id), path))) await moved(partialPath(path), path)
      await syncFolder(dirname(path))
    })
  }

  static async discard(path: string): Promise<void> {
    await rm(partialPath(path), { force: true })
  }
}

/** Where a complete file is on its way to its name. */
function hiddenPath(path: string, id: string): string {
  return `${partialPath(path)}.${id}`
}

/** @returns whether there was something to be moved. */
async function moved(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to)
    return true
  } catch (error) {
    if (isNotThere(error)) return false
    throw error
  }
}

function isNotThere(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

function takenAway(path: string): ServingError {
  return conflict(
    `'${partialPath(path)}' was taken away while it was written: does another run write the same output?`,
  )
}

async function naming(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    throw outputFailure(error)
  }
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
