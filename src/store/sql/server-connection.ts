import type { SqlDialect, SqlSession } from './sql-database.ts'

/** Connections to the server of a database, as its driver gives them. */
export interface ServerPool {
  readonly dialect: SqlDialect
  /** A connection of the caller's own until it is released, to a database whose tables are known. */
  connection(): Promise<ServerConnection>
  /** What a failure of the driver means for transactions that it ended. */
  kindOf(error: unknown): FailureKind
  /** The error for the caller; one that is no driver's as it is. */
  explain(error: unknown): unknown
  close(): Promise<void>
}

/**
 * `conflict`: another transaction came between, and the same work may succeed now. `duplicate`: a key is there already, perhaps
 * of another transaction that this one could not see. `lost`: the connection is gone.
 * `silent`: the server did not answer in time, and whatever is asked next would wait behind that.
 * `unprepared`: the server does not know a prepared statement, as behind a balancer that shares connections out.
 */
export type FailureKind = 'conflict' | 'duplicate' | 'lost' | 'silent' | 'unprepared' | 'other'

export interface ServerConnection {
  readonly session: SqlSession
  begin(access: 'read' | 'write'): Promise<void>
  commit(): Promise<void>
  rollback(): Promise<void>
  /** Gives the connection back; a broken one is ended. */
  release(broken: boolean): void
}
