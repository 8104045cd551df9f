import { type FileHandle, open } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { inputFailure } from './input-failure.ts'

/** Bytes that are read from the front to the end. */
export interface ByteInput {
  /** Where the bytes end; undefined where that is not known. */
  readonly size: number | undefined
  /** Reads up to `length` bytes into `buffer` from `at` on; 0 at the end only. */
  read(buffer: Uint8Array, at: number, length: number): Promise<number>
  close(): Promise<void>
}

/** A file, from any of its bytes on. */
export class FileInput implements ByteInput {
  readonly size: number
  readonly #file: FileHandle
  #position: number

  /** @throws ServingError INVALID_PARAMETER_VALUE where it cannot be opened */
  static async open(path: string, position = 0): Promise<FileInput> {
    try {
      const file = await open(path)
      return new FileInput(file, (await file.stat()).size, position)
    } catch (error) {
      throw inputFailure(error, 'opened')
    }
  }

  private constructor(file: FileHandle, size: number, position: number) {
    this.#file = file
    this.size = size
    this.#position = position
  }

  /** The next read begins there. */
  seek(position: number): void {
    this.#position = position
  }

  async read(buffer: Uint8Array, at: number, length: number): Promise<number> {
    // Bytes that were added after the start are no part of the input.
    const rest = Math.min(length, this.size - this.#position)
    if (rest <= 0) return 0
    const { bytesRead } = await this.#file.read(buffer, at, rest, this.#position).catch((error: unknown) => {
      throw inputFailure(error)
    })
    this.#position += bytesRead
    return bytesRead
  }

  async close(): Promise<void> {
    await this.#file.close()
  }
}

/** What comes out of a pipe. */
export class StreamInput implements ByteInput {
  readonly size = undefined
  readonly #stream: Readable
  readonly #chunks: AsyncIterator<Uint8Array>
  #chunk: Uint8Array = new Uint8Array(0)

  constructor(stream: Readable) {
    this.#stream = stream
    this.#chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>
  }

  async read(buffer: Uint8Array, at: number, length: number): Promise<number> {
    while (this.#chunk.length === 0) {
      const next = await this.#next()
      if (next.done === true) return 0
      this.#chunk = next.value
    }
    const taken = this.#chunk.subarray(0, length)
    buffer.set(taken, at)
    this.#chunk = this.#chunk.subarray(taken.length)
    return taken.length
  }

  async close(): Promise<void> {
    // The iterator's own end would wait for a pipe that nobody writes to.
    this.#stream.destroy()
  }

  async #next(): Promise<IteratorResult<Uint8Array>> {
    try {
      return await this.#chunks.next()
    } catch (error) {
      throw inputFailure(error)
    }
  }
}
