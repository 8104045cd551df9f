import type { Frame } from '../../protocols/mlflow-scoring/frame.ts'
import type { ContentOf } from './block-decoder.ts'
import type { BlockRows } from './block-rows.ts'
import { csvRow } from './frame-text.ts'
import { jsonValue, membersOf, textOf } from './json-rows.ts'
import { recordsFrame } from './records-frame.ts'

/** The lines of a block of JSON Lines. */
export class LineRows implements BlockRows {
  /** Lines that are rows, by their numbers in the block. */
  readonly #lines: readonly { readonly text: string; readonly line: number }[]
  readonly #firstLine: number
  #frame: Frame | undefined

  constructor({ bytes, firstLine }: ContentOf<'lines'>) {
    this.#firstLine = firstLine
    this.#lines = textOf(bytes)
      .split('\n')
      .map((text, line) => ({ text: text.trim(), line }))
      .filter(({ text }) => text !== '')
  }

  get count(): number {
    return this.#lines.length
  }

  part(from: number, to: number): ContentOf<'lines'> {
    const lines = this.#lines.slice(from, to)
    const bytes = Buffer.from(lines.map(({ text }) => text).join('\n'))
    return { kind: 'lines', bytes, firstLine: this.lineOf(from) }
  }

  inputOf(row: number): unknown {
    return jsonValue(this.#textOf(row))
  }

  lineOf(row: number): number {
    return this.#firstLine + (this.#lines[row]?.line ?? 0)
  }

  csvOf(row: number): string {
    return csvRow(this.columns(), row)
  }

  /** The record's own text, in one line. */
  jsonOf(row: number): string | undefined {
    return membersOf(this.#textOf(row))
  }

  columns(): Frame {
    this.#frame ??= recordsFrame(this.#lines.map(({ text }) => jsonValue(text)))
    return this.#frame
  }

  #textOf(row: number): string {
    return this.#lines[row]?.text ?? ''
  }
}
