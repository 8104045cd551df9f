import type { Frame } from '../../protocols/mlflow-scoring/frame.ts'
import { countLines } from '../input/csv/csv-cutter.ts'
import { RecordScanner } from '../input/csv/record-scanner.ts'
import type { ContentOf } from './block-decoder.ts'
import type { BlockRows } from './block-rows.ts'
import { jsonMembers } from './frame-text.ts'

export interface CsvRowsInit {
  readonly block: ContentOf<'csv'>
  /** Cells of a full record. */
  readonly width: number
  /** Reads the block's columns, all of them. */
  readonly read: () => Frame
}

/** The records of a block of CSV. */
export class CsvRows implements BlockRows {
  readonly #init: CsvRowsInit
  readonly #bytes: Buffer
  readonly #scanner: RecordScanner
  /** Where each record begins, blank lines left out. */
  readonly #starts: number[] = []
  /** Where each ends, behind the end of its line. */
  readonly #ends: number[] = []
  /** Line on which each begins, once one is asked for. */
  #lines: readonly number[] | undefined
  #frame: Frame | undefined

  constructor(init: CsvRowsInit) {
    const { bytes } = init.block
    this.#init = init
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#scanner = new RecordScanner(bytes, true)
    for (let at = this.#scanner.recordStart(0); at < bytes.length; at = this.#scanner.recordStart(at)) {
      this.#starts.push(at)
      at = this.#scanner.recordEnd(at) ?? bytes.length
      this.#ends.push(at)
    }
  }

  get count(): number {
    return this.#starts.length
  }

  part(from: number, to: number): ContentOf<'csv'> {
    const [start, end] = [this.#starts[from] ?? 0, this.#ends[to - 1] ?? 0]
    return { kind: 'csv', bytes: this.#bytes.subarray(start, end), firstLine: this.lineOf(from) }
  }

  inputOf(row: number): string {
    const text = this.#bytes.toString('utf8', this.#starts[row], this.#ends[row])
    return text.replace(/(\r\n|\r|\n)$/, '')
  }

  lineOf(row: number): number {
    const { firstLine } = this.#init.block
    this.#lines ??= this.#countLines(firstLine)
    return this.#lines[row] ?? firstLine
  }

  /** The record as it stands there; a short one is filled up, so that what is appended gets columns of its own. */
  csvOf(row: number): string {
    const missing = this.#init.width - this.#scanner.cellCount(this.#starts[row] ?? 0)
    return this.inputOf(row) + ','.repeat(Math.max(0, missing))
  }

  jsonOf(row: number): string {
    return jsonMembers(this.columns(), row)
  }

  columns(): Frame {
    this.#frame ??= this.#init.read()
    return this.#frame
  }

  #countLines(firstLine: number): readonly number[] {
    let line = firstLine
    let counted = 0
    return this.#starts.map((start) => {
      line += countLines(this.#bytes.subarray(counted, start))
      counted = start
      return line
    })
  }
}
