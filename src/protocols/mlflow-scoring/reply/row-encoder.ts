import type { OutputMetadata } from '../../../core/predictor.ts'
import type { TensorMap } from '../../../core/tensor.ts'
import { csvCell } from './cell-writer.ts'
import { csvField } from './csv-text.ts'
import { OutputWriter, type PartWriter, writeSeparator } from './output-writer.ts'
import { checkRows, predictionColumns } from './prediction-columns.ts'
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
  readonly #members: readonly OutputWriter[]

  constructor(outputs: readonly OutputMetadata[]) {
    this.#outputs = outputs
    this.#members = outputs.map((output) => new OutputWriter(output))
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
    const fields = predictionColumns(this.#outputs, tensors, rows).map(({ tensor, offset, stride }) => {
      return { write: csvCell(tensor, out), offset, stride }
    })
    const [only] = fields
    if (only !== undefined && fields.length === 1) return loneField(only.write, out)
    return (row) => {
      for (let i = 0; i < fields.length; i++) {
        const { write, offset, stride } = fields[i]!
        if (i > 0) out.byte(COMMA)
        write(row * stride + offset)
      }
    }
  }

  /**
   * One JSON object a row, in which an output of several values is a list and ZipMap's an object. The braces around
   * it are left out, so that other members may come before: `"label": 1, "probabilities": {"0": 0.5, "1": 0.5}`.
   * @throws ServingError BAD_REQUEST for outputs that have not one part for each of `rows`
   */
  jsonMembers(tensors: TensorMap, rows: number, out: TextBuffer): RowWriter {
    const members = this.#members.flatMap((output) => {
      const tensor = tensors.get(output.name)
      if (tensor === undefined) return []
      checkRows(output.name, tensor, rows)
      return [{ key: output.key, write: output.rows(tensor, out) }]
    })
    return membersWriter(members, out)
  }
}

/** A line of nothing would be no row to those who read it. */
function loneField(write: PartWriter, out: TextBuffer): RowWriter {
  return (row) => {
    const before = out.length
    write(row)
    if (out.length === before) out.ascii(LONE_EMPTY_FIELD)
  }
}

export interface JsonMember {
  /** `"name": ` */
  readonly key: string
  readonly write: PartWriter
}

/** Writes the members of an object without its braces. */
export function membersWriter(members: readonly JsonMember[], out: TextBuffer): RowWriter {
  return (row) => {
    for (let i = 0; i < members.length; i++) {
      const { key, write } = members[i]!
      if (i > 0) writeSeparator(out)
      out.ascii(key)
      write(row)
    }
  }
}
