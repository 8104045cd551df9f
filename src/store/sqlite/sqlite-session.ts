import type Database from 'better-sqlite3'
import type { Sql } from '../sql/sql.ts'
import type { SqlSession } from '../sql/sql-database.ts'

/** Statements on one SQLite connection inside a transaction. Each text is prepared once in the connection's life. */
export class SqliteSession implements SqlSession {
  readonly #connection: Database.Database
  readonly #prepared = new Map<string, Database.Statement>()

  constructor(connection: Database.Database) {
    this.#connection = connection
  }

  async all<Row>(statement: Sql): Promise<readonly Row[]> {
    const { text, values } = statement.compile(questionMark)
    return this.#prepare(text).all(...values) as Row[]
  }

  async first<Row>(statement: Sql): Promise<Row | undefined> {
    const { text, values } = statement.compile(questionMark)
    return this.#prepare(text).get(...values) as Row | undefined
  }

  async run(statement: Sql): Promise<number> {
    const { text, values } = statement.compile(questionMark)
    return this.#prepare(text).run(...values).changes
  }

  read<T>(work: (session: SqlSession) => Promise<T>): Promise<T> {
    return work(this)
  }

  write<T>(work: (session: SqlSession) => Promise<T>): Promise<T> {
    return work(this)
  }

  #prepare(text: string): Database.Statement {
    let statement = this.#prepared.get(text)
    if (statement === undefined) {
      statement = this.#connection.prepare(text)
      this.#prepared.set(text, statement)
    }
    return statement
  }
}

function questionMark(): string {
  return '?'
}
