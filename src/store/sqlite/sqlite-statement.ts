import type Database from 'better-sqlite3'
import { exactInteger } from '../sql/exact-integer.ts'
import type { SqlValue } from '../sql/sql.ts'

type Row = Record<string, unknown>
type Cells = readonly unknown[]

/**
 * A prepared statement that gives integers of 64 bits exactly. The driver either makes all integers bigints, which
 * costs, or rounds those beyond 2^53: so it is asked for numbers, and again for bigints where one may be rounded.
 */
export class SqliteStatement {
  readonly #statement: Database.Statement
  /** Those whose integers may need more than 53 bits. */
  readonly #wideColumns: readonly WideColumn[]

  constructor(statement: Database.Statement) {
    this.#statement = statement
    this.#wideColumns = statement.reader ? wideColumns(statement) : []
  }

  all(values: readonly SqlValue[]): unknown[] {
    const rows = this.#statement.all(...values) as Row[]
    if (!rows.some((row) => this.#mayBeRounded(row))) return rows
    return this.#exactly(() => this.#statement.all(...values) as Row[]).map(exactRow)
  }

  first(values: readonly SqlValue[]): unknown {
    const row = this.#statement.get(...values) as Row | undefined
    if (row === undefined || !this.#mayBeRounded(row)) return row
    return exactRow(this.#exactly(() => this.#statement.get(...values) as Row))
  }

  /** The rows as arrays, in the order of the columns. */
  cells(values: readonly SqlValue[]): readonly Cells[] {
    this.#statement.raw(true)
    try {
      const rows = this.#statement.all(...values) as Cells[]
      if (!this.#haveRounded(rows)) return rows
      return this.#exactly(() => this.#statement.all(...values) as Cells[]).map((row) =>
        row.map(exactInteger),
      )
    } finally {
      this.#statement.raw(false)
    }
  }

  run(values: readonly SqlValue[]): number {
    return this.#statement.run(...values).changes
  }

  #mayBeRounded(row: Row): boolean {
    return this.#wideColumns.some(({ name }) => isRounded(row[name]))
  }

  #haveRounded(rows: readonly Cells[]): boolean {
    return this.#wideColumns.some(({ place }) => rows.some((cells) => isRounded(cells[place])))
  }

  #exactly<Found>(read: () => Found): Found {
    this.#statement.safeIntegers(true)
    try {
      return read()
    } finally {
      this.#statement.safeIntegers(false)
    }
  }
}

interface WideColumn {
  readonly name: string
  readonly place: number
}

/** MLflow declares those BIGINT; an expression has no type. */
function wideColumns(statement: Database.Statement): readonly WideColumn[] {
  return statement
    .columns()
    .map(({ name, type }, place) => ({ name, type, place }))
    .filter(({ type }) => type === null || type.toUpperCase() === 'BIGINT')
}

function isRounded(value: unknown): boolean {
  return typeof value === 'number' && !Number.isSafeInteger(value) && Number.isInteger(value)
}

function exactRow(row: Row): Row {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, exactInteger(value)]))
}
