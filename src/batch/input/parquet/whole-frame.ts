import type { Frame } from '../../../protocols/mlflow-scoring/frame.ts'
import { frameRows } from './frame-rows.ts'
import type { FrameReader, FrameSource } from './frame-source.ts'

/** A frame that is in memory as a whole. */
export class WholeFrame implements FrameSource {
  readonly #frame: Frame

  constructor(frame: Frame) {
    this.#frame = frame
  }

  get rows(): number {
    return this.#frame.rows
  }

  get columnNames(): readonly (string | number)[] {
    return this.#frame.columns.map(({ name }) => name)
  }

  from(row: number): FrameReader {
    let start = row
    return {
      read: (rows) => {
        start += rows
        return frameRows(this.#frame, start - rows, start)
      },
    }
  }
}
