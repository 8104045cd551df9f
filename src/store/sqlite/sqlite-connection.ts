import type Database from 'better-sqlite3'
import { SqliteSession } from './sqlite-session.ts'

/** An open file with its statements, and the words that begin and end transactions on it. */
export class SqliteConnection {
  readonly session: SqliteSession
  readonly begin: () => void
  readonly beginWrite: () => void
  readonly commit: () => void
  readonly #database: Database.Database
  readonly #savepoint: () => void
  readonly #release: () => void
  readonly #rollbackToSavepoint: () => void

  constructor(database: Database.Database) {
    this.#database = database
    this.session = new SqliteSession(database)
    this.begin = prepared(database, 'BEGIN')
    // A transaction that reads first and then writes would fail at once, whatever the busy time-out, if another
    // process wrote in between.
    this.beginWrite = prepared(database, 'BEGIN IMMEDIATE')
    this.commit = prepared(database, 'COMMIT')
    this.#savepoint = prepared(database, 'SAVEPOINT "work"')
    this.#release = prepared(database, 'RELEASE "work"')
    this.#rollbackToSavepoint = prepared(database, 'ROLLBACK TO "work"')
  }

  /**
   * Runs a part of the transaction under way whose changes are undone when it throws.
   * @returns what it threw
   * @throws that where SQLite ended the whole transaction with it (disk full, read or write error)
   */
  async part(run: (session: SqliteSession) => Promise<unknown>): Promise<unknown> {
    this.#savepoint()
    const thrown = await run(this.session)
    if (thrown !== undefined) {
      if (!this.#database.inTransaction) throw thrown
      this.#rollbackToSavepoint()
    }
    this.#release()
    return thrown
  }

  /** Ends a transaction that has only read; after some errors SQLite has done so by itself. */
  endRead(): void {
    if (this.#database.inTransaction) this.commit()
  }

  /** Undoes the transaction where there still is one. */
  rollback(): void {
    if (this.#database.inTransaction) this.#database.exec('ROLLBACK')
  }

  close(): void {
    this.#database.close()
  }
}

function prepared(database: Database.Database, text: string): () => void {
  const statement = database.prepare(text)
  return () => {
    statement.run()
  }
}
