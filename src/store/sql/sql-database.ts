import type { Sql } from './sql.ts'

/** Where the few statements differ that cannot be one text for all: LIKE, NULLS LAST, casts. */
export type SqlDialect = 'sqlite' | 'postgresql' | 'mysql'

/**
 * A database that the stores are written for. All statements run in transactions, so a store method sees one
 * state of the database and leaves all of its changes or none.
 */
export interface SqlDatabase {
  readonly dialect: SqlDialect
  /** Runs `work` on one unchanging state of the database. */
  read<T>(work: (session: SqlSession) => Promise<T>): Promise<T>
  /**
   * Runs `work` with the right to write, and answers when its changes are on disk; when it throws they are undone.
   * `work` does nothing but SQL: it is run again where another transaction came between.
   */
  write<T>(work: (session: SqlSession) => Promise<T>): Promise<T>
}

/**
 * A transaction under way. It is a database itself, whose transactions are parts of this one: stores made on a
 * session work together in one transaction.
 *
 * Values come back alike from all databases: a boolean column as 0 or 1; an integer as a number, and as a bigint
 * where a number could not hold it exactly (beyond 2^53); text as text; NULL as null.
 */
export interface SqlSession extends SqlDatabase {
  /** `Row` is what the statement selects, by column name. */
  all<Row>(statement: Sql): Promise<readonly Row[]>
  /**
   * The rows as arrays of what the statement selects, in its order: with many rows less than half the work of `all`.
   */
  cells<Row extends readonly unknown[]>(statement: Sql): Promise<readonly Row[]>
  first<Row>(statement: Sql): Promise<Row | undefined>
  /** The number of rows changed. */
  run(statement: Sql): Promise<number>
}

export interface OpenDatabase extends SqlDatabase {
  /** Ends the connections once the transactions asked for are done. */
  close(): Promise<void>
}
