import { Sql, type SqlValue } from '../sql/sql.ts'
import type { SqlDialect, SqlSession } from '../sql/sql-database.ts'
import { partsOfFewSizes } from './statement-sizes.ts'

type Rows = readonly (readonly SqlValue[])[]

/** The strings of a statement by the number of its rows; they stand for its text wherever texts are kept. */
type StringsBySize = Map<number, readonly string[]>

/** An INSERT of any number of rows into a table, in few statements of few texts. */
export class RowInsert {
  readonly #columns: readonly string[]
  readonly #key: readonly string[]
  readonly #head: string
  readonly #inserts: StringsBySize = new Map()
  readonly #replacements = new Map<SqlDialect, StringsBySize>()

  /** @param key the columns of the primary key, where rows are to be replaced */
  constructor(table: string, columns: readonly string[], key: readonly string[] = []) {
    this.#columns = columns
    this.#key = key
    this.#head = `INSERT INTO "${table}" (${columns.map(quoted).join(', ')}) VALUES (`
  }

  /** @param rows with a value for each column, in their order */
  async run(session: SqlSession, rows: Rows): Promise<void> {
    for (const part of partsOfFewSizes(rows)) await session.run(this.#insert(part))
  }

  /**
   * Writes rows in the place of those with the same primary key. Where most rows are there already this is a fraction
   * of the work of a DELETE and an INSERT, which take each row out of every index and put it in again.
   */
  async replace(session: SqlSession, rows: Rows): Promise<void> {
    for (const part of partsOfFewSizes(rows)) await session.run(this.#replacement(session.dialect, part))
  }

  #insert(rows: Rows): Sql {
    const strings = this.#inserts.get(rows.length) ?? this.#stringsFor(rows.length, '')
    this.#inserts.set(rows.length, strings)
    return new Sql(strings, rows.flat())
  }

  #replacement(dialect: SqlDialect, rows: Rows): Sql {
    const known = this.#replacements.get(dialect) ?? new Map<number, readonly string[]>()
    this.#replacements.set(dialect, known)
    const strings = known.get(rows.length) ?? this.#stringsFor(rows.length, this.#replacing(dialect))
    known.set(rows.length, strings)
    return new Sql(strings, rows.flat())
  }

  #stringsFor(rows: number, tail: string): readonly string[] {
    const strings = [this.#head]
    for (let row = 0; row < rows; row += 1) {
      for (let column = 1; column < this.#columns.length; column += 1) strings.push(', ')
      strings.push(row === rows - 1 ? `)${tail}` : '), (')
    }
    return strings
  }

  #replacing(dialect: SqlDialect): string {
    const others = this.#columns.filter((column) => !this.#key.includes(column)).map(quoted)
    if (dialect === 'mysql') {
      return ` ON DUPLICATE KEY UPDATE ${others.map((column) => `${column} = VALUES(${column})`).join(', ')}`
    }
    const values = others.map((column) => `${column} = "excluded".${column}`).join(', ')
    return ` ON CONFLICT (${this.#key.map(quoted).join(', ')}) DO UPDATE SET ${values}`
  }
}

function quoted(name: string): string {
  return `"${name}"`
}
