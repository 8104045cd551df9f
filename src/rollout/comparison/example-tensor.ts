import type { Tensor } from '../../core/tensor.ts'
import { halfNumber } from './half-number.ts'

/** A tensor as an example shows it: its form, and one row of its elements. JSON. */
export interface ExampleTensor {
  readonly name: string
  readonly datatype: string
  readonly shape: readonly number[]
  /** Elements of the row from `column` on; text where JSON has no such number. Absent where values are not to be shown. */
  readonly data?: readonly (number | string | boolean)[]
  /** Index of the first of `data` within its row, where it is not 0. */
  readonly column?: number
}

/** Which elements of a row are shown: as many as `most`, the one at `column` among them. */
export interface ExampleWindow {
  readonly row: number
  readonly column: number
  readonly most: number
}

const LONGEST_TEXT = 80
const LONGEST_NAME = 100

/** @param window absent where values are not to be shown */
export function exampleTensor(name: string, tensor: Tensor, window?: ExampleWindow): ExampleTensor {
  const form = { name: shownName(name), datatype: tensor.datatype, shape: tensor.shape }
  if (window === undefined || window.most === 0) return form
  const size = rowSize(tensor)
  const column = Math.max(0, Math.min(window.column - Math.floor(window.most / 2), size - window.most))
  const first = window.row * size + column
  const count = Math.max(0, Math.min(window.most, size - column, tensor.data.length - first))
  const data = Array.from({ length: count }, (_, at) => elementOf(tensor, first + at))
  return { ...form, data, ...(column === 0 ? {} : { column }) }
}

/** Elements of a row, the part of the tensor under one index of its first dimension. */
export function rowSize({ shape, data }: Tensor): number {
  return Math.max(1, data.length / Math.max(1, shape[0] ?? 1))
}

function elementOf(tensor: Tensor, at: number): number | string | boolean {
  const element = tensor.data[at] ?? 0
  if (typeof element === 'string') return cut(element, LONGEST_TEXT)
  if (tensor.datatype === 'BOOL') return element === 1
  const value = tensor.datatype === 'FP16' ? halfNumber(Number(element)) : Number(element)
  const isExact = typeof element !== 'bigint' || Number.isSafeInteger(value)
  return isExact && Number.isFinite(value) ? value : String(isExact ? value : element)
}

/** Names are foreign text, of any length. */
export function shownName(name: string): string {
  return cut(name, LONGEST_NAME)
}

function cut(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text
}
