import { unreadableParquet } from './parquet-failure.ts'

/** How much a parquet body may unfold to, whatever its own size: runs of one value compress without bound. */
export interface ParquetLimits {
  /** Values in the file, nested ones and missing ones included. */
  readonly maxCells: number
  /** Bytes of all pages after decompression. */
  readonly maxUncompressedBytes: number
  /** Columns of the file, nested ones included. */
  readonly maxColumns: number
}

/** As much as the largest bodies need that a server takes. */
export const DEFAULT_PARQUET_LIMITS: ParquetLimits = Object.freeze({
  maxCells: 32_000_000,
  maxUncompressedBytes: 512 * 1024 * 1024,
  maxColumns: 20_000,
})

/** What every body may unfold to, however small, and by how much more a larger one may. */
const FREE_CELLS = 1_000_000
const CELLS_PER_BYTE = 2
const FREE_BYTES = 64 * 1024 * 1024
const BYTES_PER_BYTE = 8

/** Adds up what a file claims, and refuses it as soon as it is too much for its size. */
export class ParquetBudget {
  readonly #maxCells: number
  readonly #maxBytes: number
  #cells = 0
  #bytes = 0

  constructor(limits: ParquetLimits, bodyBytes: number) {
    this.#maxCells = Math.min(limits.maxCells, FREE_CELLS + CELLS_PER_BYTE * bodyBytes)
    this.#maxBytes = Math.min(limits.maxUncompressedBytes, FREE_BYTES + BYTES_PER_BYTE * bodyBytes)
  }

  /** @throws ServingError BAD_REQUEST */
  takeCells(count: number): void {
    this.#cells += count
    if (this.#cells > this.#maxCells) {
      throw unreadableParquet(`More than ${this.#maxCells} values are too many for a file of this size`)
    }
  }

  /** @throws ServingError BAD_REQUEST */
  takeBytes(count: number): void {
    this.#bytes += count
    if (this.#bytes > this.#maxBytes) {
      throw unreadableParquet(
        `More than ${this.#maxBytes} bytes of pages are too many for a file of this size`,
      )
    }
  }
}
