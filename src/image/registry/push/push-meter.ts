import type { Blob } from '../../oci/blob.ts'

/** How far a push is. */
export interface PushProgress {
  /** Of all blobs, those that were there included. */
  readonly doneBytes: number
  readonly totalBytes: number
  /** Blobs that had not to travel: the registry had them, here or in a repository it could take them from. */
  readonly blobsThere: number
  readonly blobsDone: number
  readonly blobs: number
}

/** Adds up what the uploads of one push tell. */
export class PushMeter {
  readonly #sent = new Map<string, number>()
  readonly #onProgress: ((progress: PushProgress) => void) | undefined
  readonly #blobs: number
  readonly #totalBytes: number
  #doneBytes = 0
  #blobsDone = 0
  #blobsThere = 0

  constructor(blobs: readonly Blob[], onProgress: ((progress: PushProgress) => void) | undefined) {
    this.#blobs = blobs.length
    this.#totalBytes = blobs.reduce((sum, { size }) => sum + size, 0)
    this.#onProgress = onProgress
  }

  /** @param bytes all that is on its way of this blob; less than before where some are sent again */
  sent({ digest }: Blob, bytes: number): void {
    this.#doneBytes += bytes - (this.#sent.get(digest) ?? 0)
    this.#sent.set(digest, bytes)
    this.#tell()
  }

  done(wasThere: boolean): void {
    this.#blobsDone += 1
    if (wasThere) this.#blobsThere += 1
    this.#tell()
  }

  #tell(): void {
    this.#onProgress?.({
      doneBytes: this.#doneBytes,
      totalBytes: this.#totalBytes,
      blobsThere: this.#blobsThere,
      blobsDone: this.#blobsDone,
      blobs: this.#blobs,
    })
  }
}
