import type Database from 'better-sqlite3'
import type { SqlDatabase, SqlSession } from '../sql/sql-database.ts'
import { commitTogether } from './commit-group.ts'
import { SqliteConnection } from './sqlite-connection.ts'
import { isBusy, isLostFile, sqliteFailure } from './sqlite-failure.ts'
import { type WaitingWork, waitingWork } from './waiting-work.ts'

/** More than this would keep the first of them waiting. */
const GROUP_WORKS = 256

/**
 * One connection to a SQLite file. Transactions run one after the other: statements of two never mix on the
 * connection. Writes that were asked for while others were being committed share one commit.
 */
export class SqliteDatabase implements SqlDatabase {
  readonly dialect = 'sqlite'
  readonly #path: string
  readonly #open: () => Database.Database
  readonly #reads: WaitingWork[] = []
  readonly #writes: WaitingWork[] = []
  #connection: SqliteConnection | undefined
  #running: Promise<void> | undefined

  /**
   * @param open makes a connection to the file at `path`: at once, and again after the file could not be used.
   * @throws what `open` throws
   */
  constructor(path: string, open: () => Database.Database) {
    this.#path = path
    this.#open = open
    this.#connection = new SqliteConnection(open())
  }

  read<T>(work: (session: SqlSession) => Promise<T>): Promise<T> {
    return this.#enqueue(this.#reads, work)
  }

  write<T>(work: (session: SqlSession) => Promise<T>): Promise<T> {
    return this.#enqueue(this.#writes, work)
  }

  /** Closes the file once the transactions asked for are done. */
  async close(): Promise<void> {
    await this.#running
    this.#forget()
  }

  #enqueue<T>(queue: WaitingWork[], work: (session: SqlSession) => Promise<T>): Promise<T> {
    const { waiting, result } = waitingWork(work, (error) => sqliteFailure(error, this.#path))
    queue.push(waiting)
    this.#running ??= this.#runWaiting()
    return result
  }

  async #runWaiting(): Promise<void> {
    while (this.#reads.length + this.#writes.length > 0) {
      for (const read of this.#reads.splice(0)) await this.#read(read)
      if (this.#writes.length === 0) continue
      // What comes in during this turn of the event loop belongs in the same group.
      await new Promise((resolve) => setImmediate(resolve))
      await this.#writeGroup()
    }
    this.#running = undefined
  }

  async #read(waiting: WaitingWork): Promise<void> {
    try {
      const connection = this.#connected()
      connection.begin()
      const thrown = await waiting.run(connection.session)
      connection.endRead()
      waiting.settle()
      this.#forgetLostFile(thrown)
    } catch (error) {
      waiting.fail(error)
      this.#forgetLostFile(error)
    }
  }

  async #writeGroup(): Promise<void> {
    const works = this.#writes.slice(0, GROUP_WORKS)
    try {
      this.#writes.splice(0, await commitTogether(this.#connected(), works))
    } catch (error) {
      this.#writes.splice(0, works.length)
      this.#forgetLostFile(error)
      if (works.length === 1 || isBusy(error)) for (const work of works) work.fail(error)
      // What one of them brought about, such as a full disk, is not the others' fault.
      else for (const work of works) await this.#writeAlone(work)
    }
  }

  async #writeAlone(work: WaitingWork): Promise<void> {
    try {
      await commitTogether(this.#connected(), [work])
    } catch (error) {
      work.fail(error)
      this.#forgetLostFile(error)
    }
  }

  #connected(): SqliteConnection {
    this.#connection ??= new SqliteConnection(this.#open())
    return this.#connection
  }

  #forgetLostFile(error: unknown): void {
    if (isLostFile(error)) this.#forget()
  }

  #forget(): void {
    this.#connection?.close()
    this.#connection = undefined
  }
}
