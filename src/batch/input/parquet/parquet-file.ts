import { closeSync, fstatSync, openSync } from 'node:fs'
import { unreadableParquet } from '../../../protocols/mlflow-scoring/parquet/parquet-failure.ts'
import { fileFailure, readAt } from '../input-failure.ts'

const SCRATCH_BYTES = 64 * 1024

/** A file that is read at positions. */
export class ParquetFile {
  readonly bytes: number
  readonly #fd: number
  #scratch = new Uint8Array(SCRATCH_BYTES)

  /** @throws ServingError BAD_REQUEST where it cannot be opened */
  constructor(path: string) {
    try {
      this.#fd = openSync(path, 'r')
      this.bytes = fstatSync(this.#fd).size
    } catch (error) {
      throw fileFailure(path, error)
    }
  }

  /** Bytes `start` to `end` (exclusive). @throws ServingError BAD_REQUEST where the file is shorter */
  read(start: number, end: number): Uint8Array<ArrayBuffer> {
    return this.readInto(new Uint8Array(end - start), start)
  }

  /** The same in memory that the next call writes over. */
  peek(start: number, end: number): Uint8Array<ArrayBuffer> {
    if (this.#scratch.length < end - start) this.#scratch = new Uint8Array(end - start)
    return this.readInto(this.#scratch.subarray(0, end - start), start)
  }

  /** Fills `bytes` with those from `start` on. @throws ServingError BAD_REQUEST where the file is shorter */
  readInto(bytes: Uint8Array<ArrayBuffer>, start: number): Uint8Array<ArrayBuffer> {
    for (let done = 0; done < bytes.length; ) {
      const count = readAt(this.#fd, bytes, done, bytes.length - done, start + done)
      if (count === 0) throw unreadableParquet('The file ends too early')
      done += count
    }
    return bytes
  }

  close(): void {
    closeSync(this.#fd)
  }
}
