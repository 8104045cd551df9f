import { statfs } from 'node:fs/promises'
import { resourceExhausted } from '../../core/errors.ts'
import type { Sink } from './download-file.ts'

/** For folders, manifests and journals. */
const SPARE_BYTES = 1 << 20
const LOOK_EVERY_BYTES = 32 << 20

/** @throws ServingError RESOURCE_EXHAUSTED where a disk has no room for so much more */
export async function requireFreeSpace(folder: string, bytes: number, uri: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder)
  const free = bavail * bsize
  if (bytes + SPARE_BYTES <= free) return
  throw resourceExhausted(
    `The model at ${uri} needs ${megabytes(bytes)} MB more, but the disk of the cache at ${folder} has ` +
      `${megabytes(free)} MB free: free some, or name another folder (--cache-dir)`,
  )
}

function megabytes(bytes: number): number {
  return Math.ceil(bytes / 1e6)
}

/** A sink for a file of unknown length, which could be without end: looks at the disk as it grows. */
export class RoomWatch implements Sink {
  readonly #sink: Sink
  readonly #folder: string
  readonly #uri: string
  #bytesSinceLook = 0

  constructor(sink: Sink, folder: string, uri: string) {
    this.#sink = sink
    this.#folder = folder
    this.#uri = uri
  }

  get bytes(): number {
    return this.#sink.bytes
  }

  get validator(): string | undefined {
    return this.#sink.validator
  }

  async restart(validator: string | undefined): Promise<void> {
    await this.#sink.restart(validator)
  }

  async write(chunk: Uint8Array): Promise<void> {
    this.#bytesSinceLook += chunk.byteLength
    if (this.#bytesSinceLook >= LOOK_EVERY_BYTES) {
      await requireFreeSpace(this.#folder, LOOK_EVERY_BYTES, this.#uri)
      this.#bytesSinceLook = 0
    }
    await this.#sink.write(chunk)
  }
}
