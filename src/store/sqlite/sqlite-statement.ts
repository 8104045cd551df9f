import type Database from 'better-sqlite3'
import { exactInteger } from '../sql/exact-integer.ts'
import type { SqlValue } from '../sql/sql.ts'

type Row = Record<string, unknown>

/**
 * A prepared statement that gives integers of 64 bits exactly. The driver either makes all integers bigints, which
 * costs, or rounds those beyond 2^53: so it is asked for numbers, and again for bigints where one may be rounded.
 */
export class SqliteStatement {
  readonly #statement: Database.Statement
  readonly #wideColumns: readonly string[]

  constructor(statement: Database.Statement) {
    this.#statement = statement
    this.#wideColumns = statement.reader ? wideColumns(statement) : []
  }

  all(values: readonly SqlValue[]): unknown[] {
    const rows = this.#statement.all(...values) as Row[]
    if (!rows.some((row) => this.#mayBeRounded(row))) return rows
    return this.#exactly(() => this.#statement.all(...values) as Row[])
  }

  first(values: readonly SqlValue[]): unknown {
    const row = this.#statement.get(...values) as Row | undefined
    if (row === undefined || !this.#mayBeRounded(row)) return row
    return this.#exactly(() => [this.#statement.get(...values) as Row])[0]
  }

  run(values: readonly SqlValue[]): number {
    return this.#statement.run(...values).changes
  }

  #mayBeRounded(row: Row): boolean {
    return this.#wideColumns.some((name) => {
      const value = row[name]
      return typeof value === 'number' && !Number.isSafeInteger(value) && Number.isInteger(value)
    })
  }

  #exactly(read: () => Row[]): Row[] {
    this.#statement.safeIntegers(true)
    try {
      return read().map((row) =>
        Object.fromEntries(Object.entries(row).map(([name, value]) => [name, exactInteger(value)])),
      )
    } finally {
      this.#statement.safeIntegers(false)
    }
  }
}

/** Columns whose integers may need more than 53 bits: MLflow declares those BIGINT; an expression has no type. */
function wideColumns(statement: Database.Statement): string[] {
  return statement
    .columns()
    .filter(({ type }) => type === null || type.toUpperCase() === 'BIGINT')
    .map(({ name }) => name)
}
