import { badRequest } from '../../core/errors.ts'
import type { TensorMap } from '../../core/tensor.ts'
import type { RowWriter } from '../../protocols/mlflow-scoring/reply/row-encoder.ts'
import { TextBuffer } from '../../protocols/mlflow-scoring/reply/text-buffer.ts'
import type { PredictedPart } from './bad-row-search.ts'
import type { BlockEncoder, EncodedBlock } from './block-encoder.ts'
import type { BlockRows } from './block-rows.ts'
import type { OutputNames } from './output-names.ts'

export interface HeaderInit {
  readonly outputs: TensorMap
  /** Rows of the outputs. */
  readonly rows: number
  /** Undefined where the input's columns are not written. */
  readonly input: BlockRows | undefined
}

/** What the lines of a format are made of. */
export interface LineFormat {
  /** The first line of the output, with its end; empty where there is none. */
  header(init: HeaderInit): string
  /** The predictions of each row, without the end of the line. */
  predictions(outputs: TensorMap, rows: number, out: TextBuffer): RowWriter
  /** The input's own columns of a row; undefined where it has none that can be written so. */
  input(rows: BlockRows, row: number): string | undefined
  /** Writes a line without its end. */
  line(line: Line, out: TextBuffer): void
}

export interface Line {
  /** The text of the input's own columns; undefined where these are not written. */
  readonly input: string | undefined
  readonly row: number
  readonly predictions: RowWriter
}

const LINE_FEED = 10

export interface LineEncoderInit {
  readonly format: LineFormat
  readonly names: OutputNames
  readonly append: boolean
}

/** Writes one line for each row. */
export class LineEncoder implements BlockEncoder {
  readonly #init: LineEncoderInit
  readonly #out = new TextBuffer()

  constructor(init: LineEncoderInit) {
    this.#init = init
  }

  encode(predicted: readonly PredictedPart[], blockRows: () => BlockRows | undefined): EncodedBlock {
    const { format, names, append } = this.#init
    const input = append ? blockRows() : undefined
    const out = this.#out
    let header = ''
    for (const { outputs: tensors, rows, from } of predicted) {
      const outputs = names.rename(tensors)
      header ||= format.header({ outputs, rows, input })
      const predictions = format.predictions(outputs, rows, out)
      for (let row = 0; row < rows; row += 1) {
        const columns = input === undefined ? undefined : columnsOf(format, input, from + row)
        format.line({ input: columns, row, predictions }, out)
        out.byte(LINE_FEED)
      }
    }
    return { shape: { kind: 'lines', header }, parts: [out.take()] }
  }
}

function columnsOf(format: LineFormat, input: BlockRows, row: number): string {
  const text = format.input(input, row)
  if (text !== undefined) return text
  throw badRequest('The rows of this input have no columns that predictions could be appended to.')
}
