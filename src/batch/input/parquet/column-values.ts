import { unreadableParquet } from '../../../protocols/mlflow-scoring/parquet/parquet-failure.ts'
import { type ColumnChunk, ColumnPages, PageMemory } from './column-pages.ts'
import type { FlatPage } from './flat-page.ts'
import type { ParquetFile } from './parquet-file.ts'
import { isNumberType, newNumbers } from './plain-numbers.ts'
import type { StoredType } from './plain-values.ts'
import type { ValueArray } from './value-reader.ts'

/** Values that are read to no end where a range begins inside of a page. */
const SKIPPED = 4096

export interface ColumnValuesInit {
  readonly file: ParquetFile
  /** One for each row group. */
  readonly chunks: readonly ColumnChunk[]
  readonly stored: StoredType
  /** Values may be missing, and have levels that say so. */
  readonly isOptional: boolean
}

/** The values of a flat column, read in order from a row on, with one page in memory. */
export class ColumnValues {
  readonly #init: ColumnValuesInit
  readonly #isNumeric: boolean
  readonly #name: string
  readonly #memory = new PageMemory()
  #chunk = 0
  #pages: ColumnPages | undefined
  #page: FlatPage | undefined
  /** Rows left of the row group. */
  #left = 0
  /** Numbers of one block after the other. */
  #values: ValueArray | undefined

  /** Floats are read into arrays of floats; `hasMissing` says whether integers can be read into arrays of integers. */
  constructor(init: ColumnValuesInit, facts: { row: number; hasMissing: boolean }) {
    this.#init = init
    const { type } = init.stored
    const isFloat = type === 'DOUBLE' || type === 'FLOAT'
    this.#isNumeric = isNumberType(type) && (isFloat || !facts.hasMissing)
    this.#name = init.stored.element.name
    this.#seek(facts.row)
  }

  /** The values of the next rows, which hold until the next reading. @throws ServingError BAD_REQUEST */
  read(rows: number): ValueArray {
    if (this.#values?.length !== rows || Array.isArray(this.#values)) this.#values = this.#newArray(rows)
    const values = this.#values
    for (let done = 0; done < rows; ) {
      const page = this.#currentPage()
      const count = Math.min(rows - done, page.left)
      page.read(values, done, count)
      this.#left -= count
      done += count
    }
    return values
  }

  #newArray(rows: number): ValueArray {
    const { type } = this.#init.stored
    return this.#isNumeric && isNumberType(type) ? newNumbers(type, rows) : new Array<unknown>(rows)
  }

  #seek(row: number): void {
    let before = row
    while (before > 0 && before >= (this.#init.chunks[this.#chunk]?.rows ?? before + 1)) {
      before -= this.#init.chunks[this.#chunk]!.rows
      this.#chunk += 1
    }
    if (before === 0) return
    this.#openChunk()
    const inPage = this.#pages?.skip(before) ?? 0
    this.#left -= before - inPage
    if (inPage === 0) return
    const scratch = this.#newArray(Math.min(inPage, SKIPPED))
    this.#currentPage().skip(scratch, inPage)
    this.#left -= inPage
  }

  #openChunk(): void {
    const chunk = this.#init.chunks[this.#chunk]
    if (chunk === undefined) throw this.#wrongLength()
    this.#chunk += 1
    this.#pages = new ColumnPages({ ...this.#init, chunk, memory: this.#memory })
    this.#page = undefined
    this.#left = chunk.rows
  }

  /** A page with values left. */
  #currentPage(): FlatPage {
    if (this.#left === 0) this.#openChunk()
    while (this.#page === undefined || this.#page.left === 0) {
      this.#page = this.#pages?.next()
      if (this.#page === undefined || this.#page.left > this.#left) throw this.#wrongLength()
    }
    return this.#page
  }

  #wrongLength(): Error {
    return unreadableParquet(`Column ${this.#name} does not have the rows that the footer says`)
  }
}

/** Whether any value of the column is missing, by its statistics where it has them. @throws ServingError BAD_REQUEST */
export function hasMissingValues({ file, chunks, stored, isOptional }: ColumnValuesInit): boolean {
  if (!isOptional) return false
  return chunks.some((chunk) => {
    const known = chunk.chunk.statistics?.null_count
    if (known !== undefined) return known > 0n
    return new ColumnPages({ file, chunk, stored, isOptional }).hasMissing()
  })
}
