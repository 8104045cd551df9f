import { type FileHandle, open } from 'node:fs/promises'
import { invalidParameter, messageOf, type ServingError } from '../../core/errors.ts'

/** What is wrong with an ELF file. */
export function elfFailure(path: string, reason: string): ServingError {
  return invalidParameter(`${path} cannot be put into an image: ${reason}`, { path })
}

/** Longest name or path in an ELF file that is believed. */
const MAX_STRING_BYTES = 4096
/** No table that is read as a whole is larger, but in a file that is broken. */
const MAX_TABLE_BYTES = 16 * 1024 ** 2

/** Parts of an ELF file, none of them from beyond its end. */
export class ElfBytes {
  readonly path: string
  /** In bytes. */
  readonly size: number
  readonly #file: FileHandle

  private constructor(path: string, size: number, file: FileHandle) {
    this.path = path
    this.size = size
    this.#file = file
  }

  /**
   * What `read` makes of the file, which is closed afterwards.
   * @throws ServingError INVALID_PARAMETER_VALUE: no such file, not one that can be read
   */
  static async reading<T>(path: string, read: (bytes: ElfBytes) => Promise<T>): Promise<T> {
    let file: FileHandle
    try {
      file = await open(path)
    } catch (cause) {
      throw elfFailure(path, `it cannot be read (${messageOf(cause)})`)
    }
    try {
      const stat = await file.stat()
      if (!stat.isFile()) throw elfFailure(path, 'it is not a file')
      return await read(new ElfBytes(path, stat.size, file))
    } finally {
      await file.close()
    }
  }

  /** @throws ServingError INVALID_PARAMETER_VALUE where the file ends before it, or it is too large for a table */
  async table(offset: number, size: number, what: string): Promise<Buffer> {
    this.requireWithin(offset, size, what)
    if (size > MAX_TABLE_BYTES) throw elfFailure(this.path, `its ${what} is too large: ${size} bytes`)
    return this.#read(offset, size, what)
  }

  /** Text up to a zero byte, of a table that ends at `end`. */
  async string(offset: number, end: number, what: string): Promise<string> {
    const limit = Math.min(end, this.size, offset + MAX_STRING_BYTES)
    if (offset >= limit) throw elfFailure(this.path, `its ${what} is outside of the file's names`)
    const bytes = await this.#read(offset, limit - offset, what)
    const length = bytes.indexOf(0)
    if (length < 0) throw elfFailure(this.path, `its ${what} does not end`)
    return bytes.toString('utf8', 0, length)
  }

  requireWithin(offset: number, size: number, what: string): void {
    if (offset + size > this.size) {
      throw elfFailure(this.path, `it ends before its ${what} (at ${this.size} of ${offset + size} bytes)`)
    }
  }

  async #read(offset: number, size: number, what: string): Promise<Buffer> {
    const buffer = Buffer.alloc(size)
    for (let done = 0; done < size; ) {
      const { bytesRead } = await this.#file.read(buffer, done, size - done, offset + done)
      if (bytesRead === 0) throw elfFailure(this.path, `it became shorter while its ${what} was read`)
      done += bytesRead
    }
    return buffer
  }
}

/** A field of 64 bits as a number. */
export function readWord(path: string, table: Buffer, offset: number): number {
  const value = table.readBigUInt64LE(offset)
  if (value > Number.MAX_SAFE_INTEGER) throw elfFailure(path, `0x${value.toString(16)} is no place in a file`)
  return Number(value)
}
