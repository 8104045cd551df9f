import { elementCount, type Tensor } from '../../../core/tensor.ts'
import { type CellWriter, jsonCell } from './cell-writer.ts'
import { EncodedOutput } from './encoded-output.ts'
import type { TextBuffer } from './text-buffer.ts'

const COMMA = 44
const SPACE = 32
const OPENING_BRACKET = 91
const CLOSING_BRACKET = 93
const OPENING_BRACE = 123
const CLOSING_BRACE = 125

/** Writes what one output has for a part of the rows, or for one row. */
export type PartWriter = (part: number) => void

/** Writes the JSON text of one output piece by piece into a buffer. */
export class OutputWriter extends EncodedOutput {
  /** The cells of the column that the output makes: single values, or ZipMap's maps. */
  cells(tensor: Tensor, out: TextBuffer): CellWriter {
    const cell = jsonCell(tensor, out)
    return this.labelKeys === undefined ? cell : mapWriter(this.labelKeys, cell, out)
  }

  /** The nth part along the first dimension. */
  parts(tensor: Tensor, out: TextBuffer): PartWriter {
    const shape = this.shapeOf(tensor)
    const size = elementCount(shape.slice(1))
    const list = new ListWriter(this.cells(tensor, out), shape, out)
    return (part) => list.write(1, part * size)
  }

  /** The same, but without the lists around a part that is a single value, as in MLflow's records. */
  rows(tensor: Tensor, out: TextBuffer): PartWriter {
    const size = elementCount(this.shapeOf(tensor).slice(1))
    return size === 1 ? this.cells(tensor, out) : this.parts(tensor, out)
  }
}

/** Writes one of ZipMap's maps: the values of a row under the labels of the classes. */
function mapWriter(keys: readonly string[], cell: CellWriter, out: TextBuffer): PartWriter {
  return (row) => {
    out.byte(OPENING_BRACE)
    for (let i = 0; i < keys.length; i++) {
      if (i > 0) writeSeparator(out)
      out.ascii(keys[i]!)
      cell(row * keys.length + i)
    }
    out.byte(CLOSING_BRACE)
  }
}

/** Nested lists of a tensor's elements. */
class ListWriter {
  readonly #cell: CellWriter
  readonly #shape: readonly number[]
  readonly #out: TextBuffer

  constructor(cell: CellWriter, shape: readonly number[], out: TextBuffer) {
    this.#cell = cell
    this.#shape = shape
    this.#out = out
  }

  write(axis: number, start: number): void {
    if (axis === this.#shape.length) {
      this.#cell(start)
      return
    }
    const size = elementCount(this.#shape.slice(axis + 1))
    this.#out.byte(OPENING_BRACKET)
    for (let i = 0; i < this.#shape[axis]!; i++) {
      if (i > 0) writeSeparator(this.#out)
      this.write(axis + 1, start + i * size)
    }
    this.#out.byte(CLOSING_BRACKET)
  }
}

/** As `json.dumps` puts it between items. */
export function writeSeparator(out: TextBuffer): void {
  out.byte(COMMA)
  out.byte(SPACE)
}
