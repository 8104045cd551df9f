import { closeSync, openSync, writeFile, writeSync } from 'node:fs'
import { unusableFile } from '../../core/errors.ts'

/** Lines are written in pieces of about this many characters. */
const PIECE_LENGTH = 64 * 1024
/** Of lines that the disk has not taken: beyond it the thread waits for it, which its lag then tells. */
const MOST_PENDING = 8 * 1024 * 1024

/** What is known of one request, in milliseconds from the beginning of the measured time. */
export interface Sample {
  readonly intended: number
  /** When a connection took it; null where none did. */
  readonly sent: number | null
  /** From `intended` on. */
  readonly latency: number
  /** HTTP status or gRPC code; `timeout`, `wrong answer`, or why the connection failed. */
  readonly status: number | string
  readonly payload: string
}

/** JSON lines that several threads append to one file, a whole number of lines at a time (open(2), O_APPEND). */
export class SamplesFile {
  readonly #descriptor: number
  #lines = ''
  #pending = ''
  #writing = false
  #error: Error | undefined
  #done = Promise.withResolvers<void>()

  /** Makes an empty file, before threads open it. */
  static create(path: string): void {
    closeSync(openedAs(path, 'w'))
  }

  constructor(path: string) {
    this.#descriptor = openedAs(path, 'a')
  }

  add(sample: Sample): void {
    const { intended, sent, latency, status, payload } = sample
    const sentText = sent === null ? 'null' : sent.toFixed(3)
    this.#lines += `{"intended":${intended.toFixed(3)},"sent":${sentText},"latency":${latency.toFixed(3)},"status":${JSON.stringify(status)},"payload":${JSON.stringify(payload)}}\n`
    if (this.#lines.length >= PIECE_LENGTH) this.#flush()
  }

  /** @throws ServingError what could not be written. */
  async close(): Promise<void> {
    this.#flush()
    while (this.#writing) await this.#done.promise
    if (this.#error !== undefined) throw this.#error
    writeWhole(this.#descriptor, this.#pending)
    closeSync(this.#descriptor)
  }

  #flush(): void {
    this.#pending += this.#error === undefined ? this.#lines : ''
    this.#lines = ''
    if (this.#pending.length > MOST_PENDING) {
      writeWhole(this.#descriptor, this.#pending)
      this.#pending = ''
    }
    if (this.#writing || this.#pending === '') return
    const piece = this.#pending
    this.#pending = ''
    this.#writing = true
    this.#done = Promise.withResolvers()
    writeFile(this.#descriptor, piece, (error) => this.#written(error))
  }

  #written(error: NodeJS.ErrnoException | null): void {
    this.#writing = false
    this.#done.resolve()
    if (error !== null) this.#error = unusableFile(`Samples cannot be written: ${error.message}`)
    if (this.#pending.length >= PIECE_LENGTH) this.#flush()
  }
}

function writeWhole(descriptor: number, text: string): void {
  let bytes = Buffer.from(text)
  while (bytes.length > 0) bytes = bytes.subarray(writeSync(descriptor, bytes))
}

function openedAs(path: string, flags: 'a' | 'w'): number {
  try {
    return openSync(path, flags)
  } catch (cause) {
    throw unusableFile(`${path} cannot be written`, cause)
  }
}
