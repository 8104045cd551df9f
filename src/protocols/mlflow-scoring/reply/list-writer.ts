import type { Tensor } from '../../../core/tensor.ts'
import type { ElementWriter } from './element-writer.ts'
import type { TextBuffer } from './text-buffer.ts'

const OPENING_BRACKET = 91
const CLOSING_BRACKET = 93

/** Writes the cells of tensors as nested lists: single elements, or what is made of the elements of the last axis. */
export class ListWriter {
  readonly #cell: ElementWriter
  readonly #lastAxes: number

  /** @param lastAxes how many of the last axes are within a cell. */
  constructor(cell: ElementWriter, lastAxes: number) {
    this.#cell = cell
    this.#lastAxes = lastAxes
  }

  /** All of a tensor. */
  whole(tensor: Tensor, out: TextBuffer): void {
    this.#write(tensor, 0, 0, out)
  }

  /** The nth part along the first axis. */
  part(tensor: Tensor, part: number, out: TextBuffer): void {
    this.#write(tensor, 1, part * this.partSize(tensor, 0), out)
  }

  /** Cells in a part along an axis. */
  partSize({ shape }: Tensor, axis: number): number {
    const rank = shape.length - this.#lastAxes
    let size = 1
    for (let i = axis + 1; i < rank; i++) size *= shape[i]!
    return size
  }

  #write(tensor: Tensor, axis: number, start: number, out: TextBuffer): void {
    const left = tensor.shape.length - this.#lastAxes - axis
    if (left <= 0) this.#cell(tensor, start, out)
    else {
      out.byte(OPENING_BRACKET)
      if (left === 1) this.#writeCells(tensor, axis, start, out)
      else this.#writeParts(tensor, axis, start, out)
      out.byte(CLOSING_BRACKET)
    }
  }

  #writeCells(tensor: Tensor, axis: number, start: number, out: TextBuffer): void {
    const length = tensor.shape[axis]!
    const cell = this.#cell
    for (let i = 0; i < length; i++) {
      if (i > 0) out.separator()
      cell(tensor, start + i, out)
    }
  }

  #writeParts(tensor: Tensor, axis: number, start: number, out: TextBuffer): void {
    const length = tensor.shape[axis]!
    const size = this.partSize(tensor, axis)
    for (let i = 0; i < length; i++) {
      if (i > 0) out.separator()
      this.#write(tensor, axis + 1, start + i * size, out)
    }
  }
}
