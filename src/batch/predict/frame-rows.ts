import type { Frame } from '../../protocols/mlflow-scoring/frame.ts'
import type { BlockContent } from '../block.ts'
import { frameRows } from '../input/parquet/frame-rows.ts'
import type { BlockRows } from './block-rows.ts'
import { csvRow, jsonMembers } from './frame-text.ts'
import { jsonValue } from './json-rows.ts'

/** The rows of a block that is a frame. */
export class FrameRows implements BlockRows {
  readonly #frame: Frame

  constructor(frame: Frame) {
    this.#frame = frame
  }

  get count(): number {
    return this.#frame.rows
  }

  part(from: number, to: number): BlockContent {
    return { kind: 'frame', frame: frameRows(this.#frame, from, to) }
  }

  inputOf(row: number): unknown {
    return jsonValue(`{${this.jsonOf(row)}}`)
  }

  lineOf(): undefined {
    return undefined
  }

  csvOf(row: number): string {
    return csvRow(this.#frame, row)
  }

  jsonOf(row: number): string {
    return jsonMembers(this.#frame, row)
  }

  columns(): Frame {
    return this.#frame
  }
}
