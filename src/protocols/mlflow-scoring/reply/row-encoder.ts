import type { OutputMetadata } from '../../../core/predictor.ts'
import type { TensorMap } from '../../../core/tensor.ts'
import { csvField, writeCsvElement } from './csv-text.ts'
import { OutputWriter } from './output-writer.ts'
import { checkRows, type PredictionColumn, predictionColumns } from './prediction-columns.ts'
import { givenOutputs, RecordWriter } from './record-writer.ts'
import type { TextBuffer } from './text-buffer.ts'

const COMMA = 44
const LONE_EMPTY_FIELD = '""'

/** Writes one row's predictions, without the end of its line. */
export type RowWriter = (row: number) => void

/**
 * Writes predictions for formats that have one line for each row. Numbers are in Python's text, as in replies.
 * Compiled for the outputs of one model.
 */
export class RowEncoder {
  readonly #outputs: readonly OutputMetadata[]
  readonly #writers: readonly OutputWriter[]
  readonly #records: RecordWriter

  constructor(outputs: readonly OutputMetadata[]) {
    this.#outputs = outputs
    this.#writers = outputs.map((output) => new OutputWriter(output))
    this.#records = new RecordWriter(this.#writers, { recordPerRow: true })
  }

  /** The names of CSV's columns, which depend on the shapes of the outputs; without the end of the line. */
  csvHeader(tensors: TensorMap, rows: number): string {
    return predictionColumns(this.#outputs, tensors, rows)
      .map(({ name }) => csvField(name))
      .join(',')
  }

  /**
   * Fields by RFC 4180; NaN is an empty field and the infinities `inf`, as pandas writes and reads them.
   * @throws ServingError BAD_REQUEST for outputs that have not one part for each of `rows`
   */
  csvRows(tensors: TensorMap, rows: number, out: TextBuffer): RowWriter {
    const columns = predictionColumns(this.#outputs, tensors, rows)
    const [only] = columns
    if (only !== undefined && columns.length === 1) return loneField(only, out)
    return (row) => {
      for (let i = 0; i < columns.length; i++) {
        const { tensor, offset, stride } = columns[i]!
        if (i > 0) out.byte(COMMA)
        writeCsvElement(tensor, row * stride + offset, out)
      }
    }
  }

  /**
   * One JSON object a row, in which an output of several values is a list and ZipMap's an object. The braces around
   * it are left out, so that other members may come before: `"label": 1, "probabilities": {"0": 0.5, "1": 0.5}`.
   * @throws ServingError BAD_REQUEST for outputs that have not one part for each of `rows`
   */
  jsonMembers(tensors: TensorMap, rows: number, out: TextBuffer): RowWriter {
    const outputs = givenOutputs(this.#writers, tensors)
    for (const { writer, tensor } of outputs) checkRows(writer.name, tensor, rows)
    return (row) => this.#records.members(outputs, row, out)
  }
}

/** A line of nothing would be no row to those who read it. */
function loneField({ tensor }: PredictionColumn, out: TextBuffer): RowWriter {
  return (row) => {
    const before = out.length
    writeCsvElement(tensor, row, out)
    if (out.length === before) out.ascii(LONE_EMPTY_FIELD)
  }
}
