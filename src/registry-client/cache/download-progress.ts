import type { DownloadProgress } from './model-cache.ts'

/** Counts a download, and tells of each step. */
export class ProgressCounter {
  readonly #totalFiles: number
  readonly #tell: ((progress: DownloadProgress) => void) | undefined
  #files = 0
  #bytes = 0
  #knownBytes: number

  /** @param sizes of all files, as far as they are known */
  constructor(
    sizes: readonly (number | undefined)[],
    tell: ((progress: DownloadProgress) => void) | undefined,
  ) {
    this.#totalFiles = sizes.length
    this.#knownBytes = sizes.reduce<number>((sum, bytes) => sum + (bytes ?? 0), 0)
    this.#tell = tell
  }

  /** @param bytes negative where a file has to be begun again */
  addBytes(bytes: number): void {
    this.#bytes += bytes
    this.#say()
  }

  fileDone(): void {
    this.#files += 1
    this.#say()
  }

  #say(): void {
    this.#tell?.({
      files: this.#files,
      totalFiles: this.#totalFiles,
      bytes: this.#bytes,
      totalBytes: Math.max(this.#knownBytes, this.#bytes),
    })
  }
}
