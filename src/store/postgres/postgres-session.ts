import type { ClientBase } from 'pg'
import { ofDriver } from '../sql/driver-failure.ts'
import type { PreparedNames } from '../sql/prepared-names.ts'
import type { Sql } from '../sql/sql.ts'
import type { SqlSession } from '../sql/sql-database.ts'

/** Statements on one PostgreSQL connection inside a transaction. */
export class PostgresSession implements SqlSession {
  readonly dialect = 'postgresql'
  readonly #client: ClientBase
  readonly #names: PreparedNames | undefined

  /** @param names undefined where nothing is to be prepared */
  constructor(client: ClientBase, names: PreparedNames | undefined) {
    this.#client = client
    this.#names = names
  }

  async all<Row>(statement: Sql): Promise<readonly Row[]> {
    return (await this.#query(statement)).rows as Row[]
  }

  async cells<Row extends readonly unknown[]>(statement: Sql): Promise<readonly Row[]> {
    return (await this.#query(statement, { rowMode: 'array' })).rows as unknown as readonly Row[]
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

  #query(statement: Sql, form: { readonly rowMode?: 'array' } = {}) {
    const { text, values } = statement.compile(dollarNumber)
    const name = this.#names?.nameOf(text)
    return ofDriver(
      this.#client.query({ text, values: [...values], ...(name === undefined ? {} : { name }), ...form }),
    )
  }
}

function dollarNumber(position: number): string {
  return `$${position}`
}
