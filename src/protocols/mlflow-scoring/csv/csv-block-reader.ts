import type { Column, Frame } from '../frame.ts'
import { blockColumn, ColumnError } from './block-column.ts'
import { type CellKind, joinSeen, kindOfCells, NOTHING_SEEN, type SeenCells, seeCells } from './cell-kinds.ts'
import type { CsvBlock } from './csv-block.ts'
import { unreadableCsv } from './csv-failure.ts'
import { type CsvLayout, countLines, layoutWidth } from './csv-layout.ts'
import type { PlannedColumn } from './csv-plan.ts'
import type { CsvTable } from './csv-table.ts'
import { tokenizeRecords } from './csv-tokenizer.ts'
import { decodeUtf8Part } from './decode-utf8.ts'

/** What has been seen of the columns whose kind the whole file decides, in the order of the plan. Plain data, which may cross threads. */
export type SeenColumns = readonly SeenCells[]

/** What two parts of a file have shown together, the earlier part first. */
export function joinSeenColumns(first: SeenColumns, then: SeenColumns): SeenColumns {
  return then.map((seen, i) => joinSeen(first[i] ?? NOTHING_SEEN, seen))
}

/**
 * Reads the blocks of one CSV file so that every one has the dtypes of the whole: what `readCsv` makes of the file,
 * cut into pieces. @see TYPED_CELLS for the few files that are read here and refused there.
 */
export class CsvBlockReader {
  readonly #plan: readonly PlannedColumn[]
  readonly #inferred: readonly PlannedColumn[]
  readonly #width: number
  readonly #kinds: ReadonlyMap<number, CellKind>

  /** @param seen of the whole file; without it blocks can be looked at, but not read where the plan leaves kinds open. */
  constructor(layout: CsvLayout, plan: readonly PlannedColumn[], seen?: SeenColumns) {
    this.#plan = plan
    this.#inferred = plan.filter(({ type }) => type === undefined)
    this.#width = layoutWidth(layout)
    this.#kinds = new Map(
      this.#inferred.map(({ index }, i) => [index, kindOfCells(seen?.[i] ?? NOTHING_SEEN)]),
    )
  }

  /** Whether reading takes a first pass over the file. */
  get needsWholeFile(): boolean {
    return this.#inferred.length > 0
  }

  /** The first pass over a file. @throws ServingError BAD_REQUEST */
  look(block: CsvBlock): SeenColumns {
    const table = this.#tokenize(block)
    return this.#inferred.map(({ index }) => seeCells(table.column(index)))
  }

  /**
   * @throws ServingError BAD_REQUEST; its details have the `row` in the block, from 0, and the `line` of the file,
   *   from 1, where one is to blame.
   */
  read(block: CsvBlock): Frame {
    const table = this.#tokenize(block)
    return { rows: table.rows, columns: this.#plan.map((column) => this.#column(column, table, block)) }
  }

  #tokenize({ bytes, firstLine }: CsvBlock): CsvTable {
    return tokenizeRecords(decodeUtf8Part(bytes), this.#width, firstLine)
  }

  #column(plan: PlannedColumn, table: CsvTable, block: CsvBlock): Column {
    try {
      return blockColumn(plan, table.column(plan.index), this.#kinds.get(plan.index))
    } catch (error) {
      if (!(error instanceof ColumnError)) throw error
      const { row, message } = error
      throw unreadableCsv(message, { row, line: block.firstLine + countLines(table.textBefore(row)) })
    }
  }
}
