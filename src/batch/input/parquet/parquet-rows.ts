import { messageOf, ServingError } from '../../../core/errors.ts'
import type { Frame } from '../../../protocols/mlflow-scoring/frame.ts'
import { unreadableParquet } from '../../../protocols/mlflow-scoring/parquet/parquet-failure.ts'
import type { FrameSource } from './frame-source.ts'
import { openFrameSource } from './open-frame-source.ts'
import { ParquetFile } from './parquet-file.ts'

export interface RowRange {
  /** First row, counted from 0 over the file. */
  readonly from: number
  /** The row behind the last one. */
  readonly to: number
  readonly blockRows: number
}

/**
 * The rows of a parquet file of any size, read page by page: of each column at most one page and its dictionary are in
 * memory. Blocks together are the frame that `readParquet` makes of the whole file. Close it when done.
 */
export class ParquetRows {
  readonly #file: ParquetFile
  readonly #source: FrameSource

  private constructor(file: ParquetFile, source: FrameSource) {
    this.#file = file
    this.#source = source
  }

  /** @throws ServingError BAD_REQUEST where the file cannot be read */
  static async open(path: string): Promise<ParquetRows> {
    const file = new ParquetFile(path)
    try {
      return new ParquetRows(file, await openFrameSource(file))
    } catch (error) {
      file.close()
      throw asServingError(error)
    }
  }

  get rows(): number {
    return this.#source.rows
  }

  get columnNames(): readonly (string | number)[] {
    return this.#source.columnNames
  }

  /** The columns without rows. */
  get empty(): Frame {
    return this.#source.from(0).read(0)
  }

  /**
   * The frames of some rows in blocks that end at multiples of `blockRows`, counted from row 0 of the file, and at
   * the end of the range. The numbers of a frame lie in memory that the next one takes over: made anew for each block,
   * they would pile up until garbage is collected.
   * @throws ServingError BAD_REQUEST where the file is damaged
   */
  async *blocks({ from, to, blockRows }: RowRange): AsyncIterable<Frame> {
    try {
      const reader = this.#source.from(from)
      const last = Math.min(to, this.rows)
      for (let start = from; start < last; ) {
        const end = Math.min(last, (Math.floor(start / blockRows) + 1) * blockRows)
        yield reader.read(end - start)
        start = end
      }
    } catch (error) {
      throw asServingError(error)
    }
  }

  close(): void {
    this.#file.close()
  }
}

/** Plain errors come from decompressors and hyparquet, and are about the file. */
function asServingError(error: unknown): ServingError {
  return error instanceof ServingError ? error : unreadableParquet(messageOf(error))
}
