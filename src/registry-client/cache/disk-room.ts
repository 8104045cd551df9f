import { resourceExhausted } from '../../core/errors.ts'
import type { Sink } from './download-file.ts'

export interface DiskRoomParts {
  readonly folder: string
  /** Room that this user may fill on the disk of a folder. */
  readonly freeBytes: (folder: string) => Promise<number>
  /** Removes models that nobody uses until no more bytes are missing; none where all of them are too few. */
  readonly makeRoom: (missingBytes: () => Promise<number>) => Promise<void>
}

/** For folders, manifests and journals. */
const SPARE_BYTES = 1 << 20

/** The room on the cache's disk: models that nobody uses give way to one that is wanted. */
export class DiskRoom {
  readonly #parts: DiskRoomParts

  constructor(parts: DiskRoomParts) {
    this.#parts = parts
  }

  /** @throws ServingError RESOURCE_EXHAUSTED where no room can be made for so much more */
  async require(bytes: number, uri: string): Promise<void> {
    const { folder, freeBytes, makeRoom } = this.#parts
    const missing = async (): Promise<number> => bytes + SPARE_BYTES - (await freeBytes(folder))
    if ((await missing()) <= 0) return
    await makeRoom(missing)
    if ((await missing()) <= 0) return
    throw resourceExhausted(
      `The model at ${uri} needs ${Math.ceil(bytes / 1e6)} MB more, but the disk of the cache at ${folder} has ` +
        `${Math.floor((await freeBytes(folder)) / 1e6)} MB free: free some, or name another folder (--cache-dir)`,
    )
  }
}

const LOOK_EVERY_BYTES = 32 << 20

/** A sink for a file of unknown length, which could be without end: looks for room as it grows. */
export class RoomWatch implements Sink {
  readonly #sink: Sink
  readonly #room: DiskRoom
  readonly #uri: string
  #bytesSinceLook = 0

  constructor(sink: Sink, room: DiskRoom, uri: string) {
    this.#sink = sink
    this.#room = room
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
      await this.#room.require(LOOK_EVERY_BYTES, this.#uri)
      this.#bytesSinceLook = 0
    }
    await this.#sink.write(chunk)
  }
}
