import { readFile } from 'node:fs/promises'
import type { Frame } from '../../protocols/mlflow-scoring/frame.ts'
import { readParquet } from '../../protocols/mlflow-scoring/parquet/read-parquet.ts'
import { frameRows } from './frame-rows.ts'

export interface RowRange {
  /** First row, counted from 0 over the file. */
  readonly from: number
  /** The row behind the last one. */
  readonly to: number
  readonly blockRows: number
}

/** The rows of a parquet file as frames. */
export class ParquetRows {
  readonly #frame: Frame

  private constructor(frame: Frame) {
    this.#frame = frame
  }

  /** @throws ServingError BAD_REQUEST where the file cannot be read */
  static async open(path: string): Promise<ParquetRows> {
    return new ParquetRows(await readParquet(await readFile(path)))
  }

  get rows(): number {
    return this.#frame.rows
  }

  get columnNames(): readonly (string | number)[] {
    return this.#frame.columns.map(({ name }) => name)
  }

  /**
   * The frames of some rows in blocks that end at multiples of `blockRows`, counted from row 0 of the file, and at
   * the end of the range.
   * @throws ServingError BAD_REQUEST where the file is damaged
   */
  async *blocks({ from, to, blockRows }: RowRange): AsyncIterable<Frame> {
    for (let start = from; start < to; ) {
      const end = Math.min(to, (Math.floor(start / blockRows) + 1) * blockRows)
      yield frameRows(this.#frame, start, end)
      start = end
    }
  }

  close(): void {}
}
