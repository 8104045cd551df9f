import type { PoolConnection } from 'mysql2/promise'
import { ofDriver } from '../sql/driver-failure.ts'
import type { Sql } from '../sql/sql.ts'
import type { SqlSession } from '../sql/sql-database.ts'
import { type MysqlValues, parameters, readable, readableCells } from './mysql-values.ts'

/** A statement under way for so long waits for something that does not come. */
const STATEMENT_TIMEOUT_MS = 60_000

const LOCKS_BY_ITSELF = /FOR UPDATE\s*$/

/** Statements on one MySQL connection inside a transaction. */
export class MysqlSession implements SqlSession {
  readonly dialect = 'mysql'
  readonly #connection: PoolConnection
  readonly #values: MysqlValues
  #locksWhatIsRead = false

  constructor(connection: PoolConnection, values: MysqlValues) {
    this.#connection = connection
    this.#values = values
  }

  /**
   * What a transaction that writes reads stays as it was until it ends: another one's change would be lost otherwise.
   * Two that read the same row and change it both are in a deadlock, which the server ends, and one is run again.
   */
  lockWhatIsRead(): void {
    this.#locksWhatIsRead = true
  }

  async all<Row>(statement: Sql): Promise<readonly Row[]> {
    const { text, values } = statement.compile(questionMark)
    const [rows, fields] = await this.#execute<Record<string, unknown>[]>(this.#locking(text), values)
    return readable(rows, fields) as Row[]
  }

  async cells<Row extends readonly unknown[]>(statement: Sql): Promise<readonly Row[]> {
    const { text, values } = statement.compile(questionMark)
    const [rows, fields] = await this.#execute<unknown[][]>(this.#locking(text), values, {
      rowsAsArray: true,
    })
    return readableCells(rows, fields) as readonly Row[]
  }

  async first<Row>(statement: Sql): Promise<Row | undefined> {
    return (await this.all<Row>(statement))[0]
  }

  async run(statement: Sql): Promise<number> {
    const { text, values } = statement.compile(questionMark)
    const [{ affectedRows }] = await this.#execute<{ readonly affectedRows: number }>(text, values)
    return affectedRows
  }

  read<T>(work: (session: SqlSession) => Promise<T>): Promise<T> {
    return work(this)
  }

  write<T>(work: (session: SqlSession) => Promise<T>): Promise<T> {
    return work(this)
  }

  #locking(text: string): string {
    return this.#locksWhatIsRead && !LOCKS_BY_ITSELF.test(text) ? `${text} LOCK IN SHARE MODE` : text
  }

  async #execute<Result>(
    text: string,
    values: Parameters<typeof parameters>[1],
    form: { readonly rowsAsArray?: true } = {},
  ) {
    const [result, fields] = await ofDriver(
      this.#connection.execute(
        { sql: text, timeout: STATEMENT_TIMEOUT_MS, ...form },
        parameters(this.#values, values),
      ),
    )
    return [result as Result, fields] as const
  }
}

function questionMark(): string {
  return '?'
}
