import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { posix } from 'node:path'
import { Readable } from 'node:stream'
import { messageOf } from '../../../core/errors.ts'
import { unusable } from './descriptor.ts'
import type { FileSet } from './file-set.ts'
import { type TarHeader, tarHeaders } from './tar-headers.ts'

type Entry = Pick<TarHeader, 'offset' | 'size' | 'target'>

/** Links to links: `docker save` makes none. */
const MOST_LINKS = 8

/** The files of a tar, which is not unpacked: their places are read once. */
export class TarFiles implements FileSet {
  readonly name: string
  readonly #archive: string
  readonly #entries: ReadonlyMap<string, Entry>

  private constructor(name: string, archive: string, entries: ReadonlyMap<string, Entry>) {
    this.name = name
    this.#archive = archive
    this.#entries = entries
  }

  /** @throws ServingError INVALID_PARAMETER_VALUE where it cannot be read, or is no tar */
  static async read(name: string, archive: string): Promise<TarFiles> {
    const entries = new Map<string, Entry>()
    const file = await open(archive).catch((error: unknown) => {
      throw unusable(name, messageOf(error))
    })
    try {
      for await (const header of tarHeaders(file, name)) entries.set(posix.normalize(header.path), header)
    } finally {
      await file.close()
    }
    return new TarFiles(name, archive, entries)
  }

  async size(path: string): Promise<number | undefined> {
    return this.#entry(path)?.size
  }

  open(path: string, range?: { readonly start: number; readonly end: number }): Readable {
    const entry = this.#entry(path)
    const start = range?.start ?? 0
    const end = Math.min(range?.end ?? Number.POSITIVE_INFINITY, entry?.size ?? 0)
    if (entry === undefined || end <= start) return Readable.from([], { objectMode: false })
    return createReadStream(this.#archive, { start: entry.offset + start, end: entry.offset + end - 1 })
  }

  /** Equal layers are links in what `docker save` of old versions writes. */
  #entry(path: string): Entry | undefined {
    let at = posix.normalize(path)
    for (let links = 0; links < MOST_LINKS; links++) {
      const entry = this.#entries.get(at)
      if (entry?.target === undefined) return entry
      at = posix.join(posix.dirname(at), entry.target)
    }
    return undefined
  }
}
