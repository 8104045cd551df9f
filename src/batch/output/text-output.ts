import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Writable } from 'node:stream'
import { cancelled, type ServingError } from '../../core/errors.ts'
import { PartialFile } from './partial-file.ts'

/** Where a text goes, piece by piece. */
export interface TextOutput {
  /** Bytes so far. */
  readonly length: number
  write(bytes: Uint8Array): Promise<void>
  sync(): Promise<void>
  /** Gives a complete file its name. @param id of the run */
  publish(id: string): Promise<void>
  close(): Promise<void>
}

/** Standard output, or another stream. */
export class StreamOutput implements TextOutput {
  length = 0
  readonly #stream: Writable

  constructor(stream: Writable) {
    this.#stream = stream
    // A write that fails says so itself.
    stream.on('error', () => {})
  }

  /** Resolves when the stream has taken the bytes, so that no more are made than are read. */
  async write(bytes: Uint8Array): Promise<void> {
    this.length += bytes.length
    await new Promise<void>((resolve, reject) => {
      this.#stream.write(bytes, (error) =>
        error ? reject(notWritten(this.#stream.errored ?? error)) : resolve(),
      )
    })
  }

  async sync(): Promise<void> {}

  async publish(): Promise<void> {}

  async close(): Promise<void> {}
}

function notWritten(error: Error): ServingError {
  return cancelled(`The output is not taken any more: ${error.message}`)
}

/** The lists of a reply with several outputs, all but the first of which wait in files of their own for the end. */
export class Spools {
  /** They lie beside it; undefined where they lie in a folder of their own. */
  #path: string | undefined
  #folder: string | undefined
  readonly #files: PartialFile[] = []

  private constructor(path: string | undefined) {
    this.#path = path
  }

  /**
   * @param path of the output; undefined for a stream, beside which nothing can lie.
   * @param lengths of an earlier run's.
   */
  static async open(path: string | undefined, lengths: readonly number[]): Promise<Spools> {
    const spools = new Spools(path)
    for (const length of lengths) await spools.#add(length)
    return spools
  }

  get lengths(): readonly number[] {
    return this.#files.map(({ length }) => length)
  }

  async write(index: number, bytes: Uint8Array): Promise<void> {
    while (this.#files.length <= index) await this.#add(undefined)
    await this.#files[index]!.write(bytes)
  }

  read(index: number): AsyncIterable<Uint8Array> {
    return this.#files[index]!.read()
  }

  async sync(): Promise<void> {
    for (const file of this.#files) await file.sync()
  }

  async close(): Promise<void> {
    for (const file of this.#files) await file.close()
  }

  /** The files are of no use any more. */
  async discard(): Promise<void> {
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true, force: true })
    else if (this.#path !== undefined) await Spools.discard(this.#path, this.#files.length)
  }

  /** The same of an earlier run's. */
  static async discard(path: string, count: number): Promise<void> {
    for (let index = 0; index < count; index += 1) await PartialFile.discard(spoolPath(path, index))
  }

  async #add(length: number | undefined): Promise<void> {
    this.#path ??= await this.#newFolder()
    this.#files.push(await PartialFile.open(spoolPath(this.#path, this.#files.length), length))
  }

  /** Nobody else may write into it, as they might where the names of the files are known beforehand. */
  async #newFolder(): Promise<string> {
    this.#folder = await mkdtemp(join(tmpdir(), 'headrace-predict-'))
    return join(this.#folder, 'output')
  }
}

function spoolPath(path: string, index: number): string {
  return `${path}.list${index + 1}`
}
