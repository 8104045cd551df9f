import type { Frame } from '../../../protocols/mlflow-scoring/frame.ts'
import type { PandasMetadata } from '../../../protocols/mlflow-scoring/parquet/pandas-metadata.ts'
import {
  columnNameOf,
  columnOf,
  type StoredField,
} from '../../../protocols/mlflow-scoring/parquet/stored-field.ts'
import { ColumnValues, type ColumnValuesInit, hasMissingValues } from './column-values.ts'
import type { FrameReader, FrameSource } from './frame-source.ts'

/** A column of the file that becomes a column of the frame. */
export interface PagedField {
  readonly field: StoredField
  readonly values: ColumnValuesInit
}

interface Facts {
  /** Undefined where it makes no difference to the type of the column. */
  readonly hasMissing: boolean | undefined
}

/** A frame that stays in its file: of each column one page is in memory. */
export class PagedFrame implements FrameSource {
  readonly rows: number
  readonly #fields: readonly (PagedField & Facts)[]
  readonly #pandas: PandasMetadata

  constructor(rows: number, fields: readonly PagedField[], pandas: PandasMetadata) {
    this.rows = rows
    this.#fields = fields.map((field) => ({ ...field, hasMissing: missingOf(field) }))
    this.#pandas = pandas
  }

  get columnNames(): readonly (string | number)[] {
    return this.#fields.map(({ field }) => columnNameOf(field, this.#pandas))
  }

  from(row: number): FrameReader {
    const readers = this.#fields.map(
      ({ values, hasMissing }) => new ColumnValues(values, { row, hasMissing: hasMissing === true }),
    )
    return { read: (rows) => this.#read(readers, rows) }
  }

  #read(readers: readonly ColumnValues[], rows: number): Frame {
    const columns = this.#fields.map(({ field, hasMissing }, index) => {
      const known = hasMissing === undefined ? {} : { hasMissing }
      return columnOf(field, readers[index]!.read(rows), { pandas: this.#pandas, areOwned: true, ...known })
    })
    return { rows, columns }
  }
}

/** Integers and truth values have another type in a column with missing ones, wherever in the file they are. */
function missingOf({ values }: PagedField): boolean | undefined {
  const { type } = values.stored
  const matters = type === 'INT32' || type === 'INT64' || type === 'BOOLEAN'
  return matters ? hasMissingValues(values) : undefined
}
