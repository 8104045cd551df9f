import { badRequest } from '../../core/errors.ts'
import type { TensorMap } from '../../core/tensor.ts'
import type { RowText } from '../../protocols/mlflow-scoring/reply/row-encoder.ts'
import type { PredictedPart } from './bad-row-search.ts'
import type { BlockEncoder, EncodedBlock } from './block-encoder.ts'
import type { BlockRows } from './block-rows.ts'
import type { OutputNames } from './output-names.ts'

/** What the lines of a format are made of. */
export interface LineFormat {
  /** The first line of the output, with its end; empty where there is none. */
  header(outputs: TensorMap, rows: number): string
  /** The predictions of each row, without the end of the line. */
  predictions(outputs: TensorMap, rows: number): RowText
  /** The input's own columns of a row; undefined where it has none that can be written so. */
  input(rows: BlockRows, row: number): string | undefined
  /** A line without its end. */
  line(input: string | undefined, predictions: string): string
}

export interface LineEncoderInit {
  readonly format: LineFormat
  readonly names: OutputNames
  readonly append: boolean
}

/** Writes one line for each row. */
export class LineEncoder implements BlockEncoder {
  readonly #init: LineEncoderInit

  constructor(init: LineEncoderInit) {
    this.#init = init
  }

  encode(predicted: readonly PredictedPart[], rows: () => BlockRows | undefined): EncodedBlock {
    const { format, names, append } = this.#init
    const input = append ? this.#input(rows()) : () => undefined
    let text = ''
    let header = ''
    for (const part of predicted) {
      const outputs = names.rename(part.outputs)
      header ||= format.header(outputs, part.rows)
      const predictions = format.predictions(outputs, part.rows)
      for (let row = 0; row < part.rows; row += 1) {
        text += `${format.line(input(part.from + row), predictions(row))}\n`
      }
    }
    return { shape: { kind: 'lines', header }, parts: [new TextEncoder().encode(text)] }
  }

  #input(rows: BlockRows | undefined): (row: number) => string {
    return (row) => {
      const text = rows === undefined ? undefined : this.#init.format.input(rows, row)
      if (text !== undefined) return text
      throw badRequest('The rows of this input have no columns that predictions could be appended to.')
    }
  }
}
