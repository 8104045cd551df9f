import { Readable } from 'node:stream'
import { internalError } from '../../../core/errors.ts'
import type { Blob } from '../../oci/blob.ts'

/** The bytes of a blob that are read one after the other. */
interface Cursor {
  readonly stream: Readable
  readonly chunks: AsyncIterator<unknown>
  /** Read already, and of no slice yet. */
  rest: Uint8Array
  /** Of the first byte of `rest`, or of the next chunk. */
  position: number
}

const NOTHING = new Uint8Array()

/**
 * A blob in slices, as an upload sends it: slices in their order cost one reading of the blob and the memory of one
 * chunk; one that goes back reads the blob anew from its beginning. To be closed.
 */
export class BlobSlices {
  readonly #blob: Blob
  /** Of the slice that was read to its end last. */
  #idle: Cursor | undefined
  readonly #open = new Set<Readable>()

  constructor(blob: Blob) {
    this.#blob = blob
  }

  /** @param onRead told how many bytes more were handed out */
  slice(start: number, length: number, onRead: (bytes: number) => void = () => {}): Readable {
    return Readable.from(this.#bytes(start, start + length, onRead), { objectMode: false })
  }

  close(): void {
    for (const stream of this.#open) stream.destroy()
  }

  async *#bytes(start: number, end: number, onRead: (bytes: number) => void): AsyncGenerator<Uint8Array> {
    const cursor = this.#cursorBefore(start)
    let isWhole = false
    try {
      while (cursor.position < start) await this.#take(cursor, start - cursor.position)
      while (cursor.position < end) {
        const bytes = await this.#take(cursor, end - cursor.position)
        onRead(bytes.byteLength)
        yield bytes
      }
      isWhole = true
    } finally {
      if (isWhole && end < this.#blob.size) this.#idle = cursor
      else this.#end(cursor)
    }
  }

  #cursorBefore(start: number): Cursor {
    const idle = this.#idle
    this.#idle = undefined
    if (idle !== undefined && idle.position <= start) return idle
    if (idle !== undefined) this.#end(idle)
    const stream = this.#blob.open()
    this.#open.add(stream)
    return { stream, chunks: stream[Symbol.asyncIterator](), rest: NOTHING, position: 0 }
  }

  /** At most `most` of the bytes that come next, and at least one. */
  async #take(cursor: Cursor, most: number): Promise<Uint8Array> {
    while (cursor.rest.byteLength === 0) {
      const { done, value } = await cursor.chunks.next()
      if (done || !(value instanceof Uint8Array)) {
        throw internalError(
          `this is a bug: ${this.#blob.digest} ended after ${cursor.position} of ${this.#blob.size} bytes`,
        )
      }
      cursor.rest = value
    }
    const taken = cursor.rest.subarray(0, most)
    cursor.rest = cursor.rest.subarray(taken.byteLength)
    cursor.position += taken.byteLength
    return taken
  }

  #end({ stream }: Cursor): void {
    this.#open.delete(stream)
    stream.destroy()
  }
}
