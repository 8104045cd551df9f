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

/** Beyond what a CSV or JSON body of 100 MB can hold, and within about half a gigabyte of memory. */
export const DEFAULT_PARQUET_LIMITS: ParquetLimits = Object.freeze({
  maxCells: 16_000_000,
  maxUncompressedBytes: 256 * 1024 * 1024,
  maxColumns: 20_000,
})

/** Adds up what a file claims, and refuses it as soon as it is too much. */
export class ParquetBudget {
  readonly #limits: ParquetLimits
  #cells = 0
  #bytes = 0

  constructor(limits: ParquetLimits) {
    this.#limits = limits
  }

  /** @throws ServingError BAD_REQUEST */
  takeCells(count: number): void {
    this.#cells += count
    if (this.#cells > this.#limits.maxCells) {
      throw unreadableParquet(`The file holds more than ${this.#limits.maxCells} values`)
    }
  }

  /** @throws ServingError BAD_REQUEST */
  takeBytes(count: number): void {
    this.#bytes += count
    if (this.#bytes > this.#limits.maxUncompressedBytes) {
      throw unreadableParquet(
        `The file takes more than ${this.#limits.maxUncompressedBytes} bytes when it is decompressed`,
      )
    }
  }
}
