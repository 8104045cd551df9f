import { open } from 'node:fs/promises'
import { type OutcomeRecord, readOutcomeLine } from './outcome-record.ts'

/** Some hundred records; no line is as long. */
const CHUNK_BYTES = 64 * 1024
const NEWLINE = 0x0a

/** A file that another writer appends to, or did: read from where the last look ended. */
export class FollowedFile {
  readonly path: string
  /** Behind the last line that was complete. */
  #offset = 0
  /** Up to where there was nothing complete: a line that is being written, or the torn one of a writer that died. */
  #seen = 0
  #lastAt = 0
  #damaged = 0

  constructor(path: string) {
    this.path = path
  }

  /** When the last record that was read came, in milliseconds since 1970; 0 before the first. */
  get lastAt(): number {
    return this.#lastAt
  }

  /** Lines that were written to their end and are not what was written. */
  get damaged(): number {
    return this.#damaged
  }

  /** @param size of the file by now */
  hasMore(size: number): boolean {
    return size > this.#seen
  }

  /**
   * The next complete records, some hundred at most; undefined where there are no more for now. They are durable: another process that
   * has acknowledged them has seen to it, and for one that has not yet it is done here, since who is told "duplicate" sends no more.
   */
  async read(): Promise<readonly OutcomeRecord[] | undefined> {
    const chunk = await this.#readChunk()
    const end = chunk.lastIndexOf(NEWLINE) + 1
    this.#seen = this.#offset + chunk.length
    if (end === 0) {
      // No line is as long as a chunk: what fills one without an end is no outcome.
      if (chunk.length < CHUNK_BYTES) return undefined
      this.#offset += chunk.length
      this.#damaged += 1
      return []
    }
    this.#offset += end
    // What follows the last line may be complete with the bytes behind the chunk.
    if (chunk.length === CHUNK_BYTES) this.#seen = this.#offset
    return this.#parse(chunk.toString('utf8', 0, end - 1))
  }

  async #readChunk(): Promise<Buffer> {
    const file = await open(this.path, 'r')
    try {
      const { bytesRead, buffer } = await file.read(
        Buffer.allocUnsafe(CHUNK_BYTES),
        0,
        CHUNK_BYTES,
        this.#offset,
      )
      if (bytesRead > 0) await file.datasync()
      return buffer.subarray(0, bytesRead)
    } finally {
      await file.close()
    }
  }

  #parse(text: string): readonly OutcomeRecord[] {
    const records: OutcomeRecord[] = []
    for (const line of text.split('\n')) {
      const record = readOutcomeLine(line)
      if (record === undefined) {
        this.#damaged += 1
        continue
      }
      this.#lastAt = Math.max(this.#lastAt, record.receivedAt)
      records.push(record)
    }
    return records
  }
}
