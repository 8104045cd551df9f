import { writeSync } from 'node:fs'
import { ByteWriter } from 'hyparquet-writer'

/** Bytes that gather before they are written. */
const CHUNK_BYTES = 1024 * 1024

/** A writer of hyparquet-writer's that goes to an open file, and holds one chunk of it. */
export class FileWriter extends ByteWriter {
  readonly #fd: number
  #written = 0

  constructor(fd: number) {
    super(2 * CHUNK_BYTES)
    this.#fd = fd
  }

  /** What is written next goes to this offset of the file. */
  continueFrom(offset: number): void {
    this.flush()
    this.#written = offset
    this.offset = offset
  }

  override ensure(size: number): void {
    if (this.index > CHUNK_BYTES) this.flush()
    super.ensure(size)
  }

  flush(): void {
    const bytes = new Uint8Array(this.buffer, 0, this.index)
    for (let done = 0; done < bytes.length; ) {
      done += writeSync(this.#fd, bytes, done, bytes.length - done, this.#written + done)
    }
    this.#written += bytes.length
    this.index = 0
  }

  override finish(): void {
    this.flush()
  }
}
