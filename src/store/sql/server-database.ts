import { setTimeout as delay } from 'node:timers/promises'
import type { ServerConnection, ServerPool } from './server-connection.ts'
import type { OpenDatabase, SqlDialect, SqlSession } from './sql-database.ts'

/** As often may other transactions come between: eight writers of one row need no more than eight. */
const CONFLICTS = 24
const DUPLICATES = 3
const LONGEST_PAUSE_MS = 50
/** A server that was restarted leaves one dead connection in the pool for each that it had. */
const LOST_CONNECTIONS = 8

/**
 * A database on a server: each transaction on a connection of its own. One that another transaction came between,
 * or whose connection was lost before it was committed, left nothing behind and is run again.
 */
export class ServerDatabase implements OpenDatabase {
  readonly dialect: SqlDialect
  readonly #pool: ServerPool

  readonly #writes: 'read' | 'write'

  /** @param access opened to `read`, the server refuses what would change anything */
  constructor(pool: ServerPool, access: 'read' | 'write') {
    this.#writes = access
    this.dialect = pool.dialect
    this.#pool = pool
  }

  read<T>(work: (session: SqlSession) => Promise<T>): Promise<T> {
    return this.#transaction('read', work)
  }

  write<T>(work: (session: SqlSession) => Promise<T>): Promise<T> {
    return this.#transaction(this.#writes, work)
  }

  close(): Promise<void> {
    return this.#pool.close()
  }

  async #transaction<T>(access: 'read' | 'write', work: (session: SqlSession) => Promise<T>): Promise<T> {
    const tries = {
      conflict: CONFLICTS,
      duplicate: DUPLICATES,
      lost: LOST_CONNECTIONS,
      silent: 0,
      unprepared: 1,
      other: 0,
    }
    for (;;) {
      try {
        const connection = await this.#pool.connection()
        const outcome = await this.#once(connection, access, work)
        if ('value' in outcome) return outcome.value
        const kind = this.#pool.kindOf(outcome.error)
        if (tries[kind] === 0) throw outcome.error
        tries[kind] -= 1
        if (kind === 'conflict') await delay(pause(CONFLICTS - tries.conflict))
      } catch (error) {
        throw this.#pool.explain(error)
      }
    }
  }

  /**
   * @returns what the work made, committed, or the error that ended the transaction before its commit
   * @throws where the server did not say whether it committed: then nothing is tried again
   */
  async #once<T>(
    connection: ServerConnection,
    access: 'read' | 'write',
    work: (session: SqlSession) => Promise<T>,
  ): Promise<{ readonly value: T } | { readonly error: unknown }> {
    let value: T
    try {
      await connection.begin(access)
      value = await work(connection.session)
    } catch (error) {
      await this.#undo(connection, error)
      return { error }
    }
    try {
      await connection.commit()
    } catch (error) {
      const lost = this.#pool.kindOf(error) === 'lost'
      connection.release(true)
      if (lost) throw error
      return { error }
    }
    connection.release(false)
    return { value }
  }

  /** @param error what ended the transaction */
  async #undo(connection: ServerConnection, error: unknown): Promise<void> {
    const kind = this.#pool.kindOf(error)
    if (kind === 'silent' || kind === 'lost') {
      connection.release(true)
      return
    }
    try {
      await connection.rollback()
      connection.release(false)
    } catch {
      // The connection is gone, and the transaction with it.
      connection.release(true)
    }
  }
}

/** Longer each time, and not the same for two that were in each other's way. */
function pause(attempt: number): number {
  return Math.random() * Math.min(LONGEST_PAUSE_MS, 2 ** attempt)
}
