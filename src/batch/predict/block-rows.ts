import type { Frame } from '../../protocols/mlflow-scoring/frame.ts'
import type { BlockContent } from '../block.ts'

/** The rows of a block one by one, for what has to be told or tried of single ones. */
export interface BlockRows {
  readonly count: number
  /** The rows `from` to `to` (exclusive) as a block of their own. */
  part(from: number, to: number): BlockContent
  /** What a row was in the input: its record's own text, or the value that JSON has for it. */
  inputOf(row: number): unknown
  /** Line of the file on which it begins, counted from 1; undefined where the input has no lines. */
  lineOf(row: number): number | undefined
  /** The row's cells as CSV, without the end of the line; undefined where the input cannot be written so. */
  csvOf(row: number): string | undefined
  /** The row's members as JSON, without the braces around them; undefined where the input cannot be written so. */
  jsonOf(row: number): string | undefined
  /** All rows as columns; undefined where the input cannot be written so. */
  columns(): Frame | undefined
}
