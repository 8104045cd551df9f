import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { FileSet } from './file-set.ts'

/** The files of a folder. */
export class FolderFiles implements FileSet {
  readonly name: string
  readonly #folder: string

  constructor(name: string, folder: string) {
    this.name = name
    this.#folder = folder
  }

  async size(path: string): Promise<number | undefined> {
    const found = await stat(join(this.#folder, path)).catch(() => undefined)
    return found?.isFile() ? found.size : undefined
  }

  open(path: string, range?: { readonly start: number; readonly end: number }): Readable {
    const { start = 0, end } = range ?? {}
    if (end !== undefined && end <= start) return Readable.from([], { objectMode: false })
    return createReadStream(join(this.#folder, path), end === undefined ? {} : { start, end: end - 1 })
  }
}
