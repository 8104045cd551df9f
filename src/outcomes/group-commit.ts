import { unavailable } from '../core/errors.ts'

/** Bytes that wait at most: beyond them the disk is slower than what comes. */
const MOST_WAITING_BYTES = 16 * 1024 * 1024

interface Waiting {
  readonly lines: string
  readonly done: PromiseWithResolvers<void>
}

/** What comes while the disk is at the last write is written by one write and one sync together. */
export class GroupCommit {
  readonly #write: (lines: string) => Promise<void>
  #waiting: Waiting[] = []
  #bytes = 0
  #writing: Promise<void> | undefined

  /** @param write one at a time; returns when the lines are durable */
  constructor(write: (lines: string) => Promise<void>) {
    this.#write = write
  }

  /** Returns when the lines are durable. @throws what `write` threw for them; ServingError where too much waits */
  async add(lines: string): Promise<void> {
    if (this.#bytes + lines.length > MOST_WAITING_BYTES) {
      throw unavailable('The disk is slower than the outcomes come: send them again later')
    }
    const done = Promise.withResolvers<void>()
    this.#waiting.push({ lines, done })
    this.#bytes += lines.length
    this.#writing ??= this.#writeAll()
    await done.promise
  }

  /** Returns when all that was added is durable, or was told that it is not. */
  async idle(): Promise<void> {
    await this.#writing
  }

  async #writeAll(): Promise<void> {
    // What is added in this turn of the event loop goes along.
    await Promise.resolve()
    while (this.#waiting.length > 0) {
      const group = this.#waiting
      this.#waiting = []
      this.#bytes = 0
      await this.#writeGroup(group)
    }
    this.#writing = undefined
  }

  async #writeGroup(group: readonly Waiting[]): Promise<void> {
    try {
      await this.#write(group.map(({ lines }) => lines).join(''))
      for (const { done } of group) done.resolve()
    } catch (error) {
      for (const { done } of group) done.reject(error)
    }
  }
}
