import Database from 'better-sqlite3'
import { unavailable } from '../../core/errors.ts'
import type { SqlDatabase, SqlSession } from '../sql/sql-database.ts'
import { SqliteSession } from './sqlite-session.ts'

/**
 * One connection to a SQLite file. Transactions run one after the other, in the order in which they were asked
 * for: statements of two never mix on the connection.
 */
export class SqliteDatabase implements SqlDatabase {
  readonly #connection: Database.Database
  readonly #session: SqliteSession
  #last: Promise<unknown> = Promise.resolve()

  constructor(connection: Database.Database) {
    this.#connection = connection
    this.#session = new SqliteSession(connection)
  }

  read<T>(work: (session: SqlSession) => Promise<T>): Promise<T> {
    return this.#afterTheLast('BEGIN', work)
  }

  /**
   * BEGIN IMMEDIATE: a transaction that reads first and then writes would fail at once, whatever the busy
   * time-out, if another process wrote in between.
   */
  write<T>(work: (session: SqlSession) => Promise<T>): Promise<T> {
    return this.#afterTheLast('BEGIN IMMEDIATE', work)
  }

  /** Closes the file once the transactions asked for are done. */
  async close(): Promise<void> {
    await this.#last
    this.#connection.close()
  }

  #afterTheLast<T>(begin: string, work: (session: SqlSession) => Promise<T>): Promise<T> {
    const result = this.#last.then(() => this.#transaction(begin, work))
    this.#last = result.catch(() => undefined)
    return result
  }

  async #transaction<T>(begin: string, work: (session: SqlSession) => Promise<T>): Promise<T> {
    try {
      this.#connection.exec(begin)
      const result = await work(this.#session)
      this.#connection.exec('COMMIT')
      return result
    } catch (error) {
      // SQLite ends some failed transactions by itself (disk full, interrupted).
      if (this.#connection.inTransaction) this.#connection.exec('ROLLBACK')
      throw isBusy(error) ? unavailable(BUSY, { cause: error }) : error
    }
  }
}

const BUSY = 'The registry database is locked by another process, which did not let go of it in time'

function isBusy(error: unknown): boolean {
  return error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')
}
