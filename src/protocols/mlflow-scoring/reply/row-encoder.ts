import type { OutputMetadata } from '../../../core/predictor.ts'
import type { TensorMap } from '../../../core/tensor.ts'
import { csvField, csvText } from './csv-text.ts'
import { EncodedOutput } from './encoded-output.ts'
import { checkRows, predictionColumns } from './prediction-columns.ts'

/** The text of one row's predictions, without the end of its line. */
export type RowText = (row: number) => string

/**
 * Writes predictions for formats that have one line for each row. Numbers are in Python's text, as in replies.
 * Compiled for the outputs of one model.
 */
export class RowEncoder {
  readonly #outputs: readonly OutputMetadata[]
  readonly #members: readonly EncodedOutput[]

  constructor(outputs: readonly OutputMetadata[]) {
    this.#outputs = outputs
    this.#members = outputs.map((output) => new EncodedOutput(output))
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
  csvRows(tensors: TensorMap, rows: number): RowText {
    const columns = predictionColumns(this.#outputs, tensors, rows)
    const fields = columns.map(({ tensor, offset, stride }) => ({ text: csvText(tensor), offset, stride }))
    return (row) => {
      let line = ''
      for (let i = 0; i < fields.length; i++) {
        const { text, offset, stride } = fields[i] as (typeof fields)[number]
        line += i === 0 ? text(row * stride + offset) : `,${text(row * stride + offset)}`
      }
      // A line of nothing would be no row.
      return line === '' && fields.length === 1 ? '""' : line
    }
  }

  /**
   * One JSON object a row, in which an output of several values is a list and ZipMap's an object. The braces around
   * it are left out, so that other members may come before: `"label": 1, "probabilities": {"0": 0.5, "1": 0.5}`.
   * @throws ServingError BAD_REQUEST for outputs that have not one part for each of `rows`
   */
  jsonMembers(tensors: TensorMap, rows: number): RowText {
    const members = this.#members.flatMap((output) => {
      const tensor = tensors.get(output.name)
      if (tensor === undefined) return []
      checkRows(output.name, tensor, rows)
      return [{ key: output.key, text: output.rowText(tensor) }]
    })
    return (row) => {
      let line = ''
      for (let i = 0; i < members.length; i++) {
        const { key, text } = members[i] as (typeof members)[number]
        line += i === 0 ? key + text(row) : `, ${key}${text(row)}`
      }
      return line
    }
  }
}
