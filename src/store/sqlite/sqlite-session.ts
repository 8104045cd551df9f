import type Database from 'better-sqlite3'
import type { Sql, SqlValue } from '../sql/sql.ts'
import type { SqlSession } from '../sql/sql-database.ts'
import { TextCache } from '../sql/text-cache.ts'
import { SqliteStatement } from './sqlite-statement.ts'

/** Texts of searches vary without end; those of everything else are fewer than this. */
const PREPARED_STATEMENTS = 400

/** Statements on one SQLite connection inside a transaction. */
export class SqliteSession implements SqlSession {
  readonly dialect = 'sqlite'
  readonly #connection: Database.Database
  readonly #prepared = new TextCache<SqliteStatement>(PREPARED_STATEMENTS)

  constructor(connection: Database.Database) {
    this.#connection = connection
  }

  async all<Row>(statement: Sql): Promise<readonly Row[]> {
    const { text, values } = statement.compile(questionMark)
    return this.#prepare(text).all(bindable(values)) as Row[]
  }

  async cells<Row extends readonly unknown[]>(statement: Sql): Promise<readonly Row[]> {
    const { text, values } = statement.compile(questionMark)
    return this.#prepare(text).cells(bindable(values)) as unknown as readonly Row[]
  }

  async first<Row>(statement: Sql): Promise<Row | undefined> {
    const { text, values } = statement.compile(questionMark)
    return this.#prepare(text).first(bindable(values)) as Row | undefined
  }

  async run(statement: Sql): Promise<number> {
    const { text, values } = statement.compile(questionMark)
    return this.#prepare(text).run(bindable(values))
  }

  read<T>(work: (session: SqlSession) => Promise<T>): Promise<T> {
    return work(this)
  }

  write<T>(work: (session: SqlSession) => Promise<T>): Promise<T> {
    return work(this)
  }

  #prepare(text: string): SqliteStatement {
    return this.#prepared.get(text, () => new SqliteStatement(this.#connection.prepare(text)))
  }
}

function questionMark(): string {
  return '?'
}

/** SQLite has no booleans. */
function bindable(values: readonly SqlValue[]): readonly SqlValue[] {
  if (!values.some((value) => typeof value === 'boolean')) return values
  return values.map((value) => (typeof value === 'boolean' ? Number(value) : value))
}
