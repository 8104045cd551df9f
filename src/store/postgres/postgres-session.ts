import type { ClientBase } from 'pg'
import type { Sql } from '../sql/sql.ts'
import type { SqlSession } from '../sql/sql-database.ts'

/** Statements on one PostgreSQL connection inside a transaction. */
export class PostgresSession implements SqlSession {
  readonly #client: ClientBase

  constructor(client: ClientBase) {
    this.#client = client
  }

  async all<Row>(statement: Sql): Promise<readonly Row[]> {
    return (await this.#query(statement)).rows as Row[]
  }

  async first<Row>(statement: Sql): Promise<Row | undefined> {
    return (await this.all<Row>(statement))[0]
  }

  async run(statement: Sql): Promise<number> {
    return (await this.#query(statement)).rowCount ?? 0
  }

  read<T>(work: (session: SqlSession) => Promise<T>): Promise<T> {
    return work(this)
  }

  write<T>(work: (session: SqlSession) => Promise<T>): Promise<T> {
    return work(this)
  }

  #query(statement: Sql) {
    const { text, values } = statement.compile((position) => `$${position}`)
    return this.#client.query(text, [...values])
  }
}
