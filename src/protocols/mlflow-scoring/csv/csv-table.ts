import { unreadableCsv } from './csv-failure.ts'

/** Missing cells of short rows that any body may have, beside one for each of its characters. */
const FREE_MISSING_CELLS = 1_000_000

export interface CsvTableInit {
  readonly text: string
  /** Cells of a full row. More than the header has when rows begin with the values of an unnamed index. */
  readonly width: number
  /** Where the line of the header ends and the next begins. */
  readonly headerEnd: number
  /** Pairs of offsets into `text`: the first character of a cell, and the one behind its last. */
  readonly spans: Uint32Array
  /** Cells whose text is not a piece of the input, such as those with doubled quotes. */
  readonly rewritten: ReadonlyMap<number, string>
  /**
   * The number of the first cell of each record, then the number of all cells. The first is the header, of no
   * cells in a table that has none.
   */
  readonly recordStarts: Uint32Array
}

/**
 * A CSV text cut into cells. Holds offsets instead of one string a cell: most cells become numbers, and a body
 * of single digits would otherwise take many times its size.
 */
export class CsvTable {
  readonly rows: number
  readonly width: number
  readonly headerWidth: number
  readonly #init: CsvTableInit

  /** @throws ServingError BAD_REQUEST where short rows would make the table far larger than its text */
  constructor(init: CsvTableInit) {
    const { recordStarts, text, width } = init
    this.#init = init
    this.rows = recordStarts.length - 2
    this.headerWidth = recordStarts[1]!
    this.width = width
    const cells = recordStarts[this.rows + 1]! - this.headerWidth
    if (this.rows * this.width - cells > FREE_MISSING_CELLS + text.length) {
      throw unreadableCsv(
        `Too many missing cells: ${this.rows} rows of ${this.width} columns, ${cells} cells`,
      )
    }
  }

  get headerText(): string {
    return this.#init.text.slice(0, this.#init.headerEnd)
  }

  header(): string[] {
    return Array.from({ length: this.headerWidth }, (_, cell) => this.#textOf(cell))
  }

  /** The texts of one column, empty where a row ends before it. */
  column(index: number): string[] {
    const { recordStarts } = this.#init
    const texts = new Array<string>(this.rows)
    for (let row = 0; row < this.rows; row += 1) {
      const cell = recordStarts[row + 1]! + index
      texts[row] = cell < recordStarts[row + 2]! ? this.#textOf(cell) : ''
    }
    return texts
  }

  /** The text before a row. */
  textBefore(row: number): string {
    const { text, spans, recordStarts } = this.#init
    return text.slice(0, spans[2 * recordStarts[row + 1]!]!)
  }

  #textOf(cell: number): string {
    const { text, spans, rewritten } = this.#init
    const known = rewritten.size === 0 ? undefined : rewritten.get(cell)
    return known ?? text.slice(spans[2 * cell]!, spans[2 * cell + 1]!)
  }
}
