import { closeSync, fstatSync, openSync } from 'node:fs'
import { badRequest } from '../../../core/errors.ts'
import { fileFailure, readAt } from '../input-failure.ts'

const CHUNK_BYTES = 1024 * 1024

/** A file that is read from its beginning on, a chunk at a time; parts of it can be read again at any time. */
export class ByteReader {
  readonly size: number
  readonly #fd: number
  readonly #buffer = Buffer.allocUnsafe(CHUNK_BYTES)
  /** The chunk in memory. */
  #chunk: Buffer = this.#buffer.subarray(0, 0)
  /** Where in the file the chunk ends. */
  #end = 0

  /** @throws ServingError BAD_REQUEST where it cannot be opened */
  constructor(path: string) {
    try {
      this.#fd = openSync(path, 'r')
      this.size = fstatSync(this.#fd).size
    } catch (error) {
      throw fileFailure(path, error)
    }
  }

  /** The next bytes of the file, valid until the next call; none at its end. */
  next(): Buffer {
    const count = readAt(this.#fd, this.#buffer, 0, CHUNK_BYTES, this.#end)
    this.#chunk = this.#buffer.subarray(0, count)
    this.#end += count
    return this.#chunk
  }

  /** Where in the file the bytes that `next` gave last begin. */
  get chunkStart(): number {
    return this.#end - this.#chunk.length
  }

  /** Bytes `start` to `end` (exclusive), in an array of their own. @throws ServingError BAD_REQUEST */
  read(start: number, end: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(end - start)
    for (let done = 0; done < bytes.length; ) {
      const count = readAt(this.#fd, bytes, done, bytes.length - done, start + done)
      if (count === 0) throw badRequest('The input file has become shorter while it was read.')
      done += count
    }
    return bytes
  }

  close(): void {
    closeSync(this.#fd)
  }
}
