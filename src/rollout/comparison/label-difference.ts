import type { Tensor } from '../../core/tensor.ts'
import { BLOCKS, fillBlock, isNumeric, type NumberTensor } from './number-block.ts'
import { excessOf, type Tolerance } from './tolerance.ts'

export interface LabelDifference {
  readonly different: number
  readonly rows: number
}

const FLOATS: ReadonlySet<string> = new Set(['FP16', 'FP32', 'FP64'])

/**
 * Rows whose class is another one. The class is the element itself where a row is one integer or text, and the column of the
 * largest element where a row is two floats or more; other tensors have none. Two columns that are equal within the tolerance
 * in either model are a tie, which either of them may win. Both tensors have the same shape.
 */
export function labelDifference(
  control: Tensor,
  other: Tensor,
  tolerance: Tolerance,
): LabelDifference | undefined {
  const [rows = 1, columns = 1, ...more] = control.shape
  if (more.length > 0) return undefined
  if (FLOATS.has(control.datatype)) {
    const scored = columns > 1 && isNumeric(control) && isNumeric(other)
    return scored ? largestColumns(control, other, columns, tolerance) : undefined
  }
  return columns === 1 ? { different: differentElements(control.data, other.data), rows } : undefined
}

/** Labels are names, even where they are digits: no tolerance. */
function differentElements(control: Tensor['data'], other: Tensor['data']): number {
  let different = 0
  // Loosely, since one of them may be a BigInt where the datatypes differ.
  // biome-ignore lint/suspicious/noDoubleEquals: 1n and 1 are the same label
  for (let at = 0; at < control.length; at++) if (control[at] != other[at]) different += 1
  return different
}

function largestColumns(
  control: NumberTensor,
  other: NumberTensor,
  columns: number,
  tolerance: Tolerance,
): LabelDifference {
  const ofControl = new LargestColumns(control, columns, BLOCKS[0])
  const ofOther = new LargestColumns(other, columns, BLOCKS[1])
  const rows = control.data.length / columns
  let different = 0
  for (let row = 0; row < rows; row++) {
    const a = ofControl.next()
    const b = ofOther.next()
    if (a === b || ofControl.isTie(row, a, b, tolerance) || ofOther.isTie(row, b, a, tolerance)) continue
    different += 1
  }
  return { different, rows }
}

/** Reads a tensor row by row. */
class LargestColumns {
  readonly #tensor: NumberTensor
  readonly #columns: number
  readonly #block: Float64Array
  #from = 0
  #count = 0
  #at = 0

  constructor(tensor: NumberTensor, columns: number, block: Float64Array) {
    this.#tensor = tensor
    this.#columns = columns
    this.#block = block
  }

  /** The column of the next row's largest element, the first of equal ones; -1 where all of them are NaN. */
  next(): number {
    let [largest, column] = [Number.NEGATIVE_INFINITY, -1]
    for (let at = 0; at < this.#columns; at++) {
      const value = this.#nextElement()
      if (value > largest || (column === -1 && value === largest)) {
        largest = value
        column = at
      }
    }
    return column
  }

  /** Whether `column` is as good in this row as the largest one, `winner`. */
  isTie(row: number, winner: number, column: number, tolerance: Tolerance): boolean {
    if (winner === -1 || column === -1) return false
    const first = row * this.#columns
    return excessOf(this.#element(first + winner), this.#element(first + column), tolerance) <= 1
  }

  #element(at: number): number {
    const element = new Float64Array(1)
    fillBlock(element, this.#tensor, at)
    return element[0]!
  }

  #nextElement(): number {
    if (this.#at === this.#count) {
      this.#from += this.#count
      this.#count = fillBlock(this.#block, this.#tensor, this.#from)
      this.#at = 0
    }
    const value = this.#block[this.#at]!
    this.#at += 1
    return value
  }
}
