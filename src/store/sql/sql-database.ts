import type { Sql } from './sql.ts'

/**
 * A database that the stores are written for. All statements run in transactions, so a store method sees one
 * state of the database and leaves all of its changes or none.
 */
export interface SqlDatabase {
  /** Runs `work` on one unchanging state of the database. */
  read<T>(work: (session: SqlSession) => Promise<T>): Promise<T>
  /** Runs `work` with the right to write, held from the start; commits when it returns, rolls back when it throws. */
  write<T>(work: (session: SqlSession) => Promise<T>): Promise<T>
}

/**
 * A transaction under way. It is a database itself, whose transactions are parts of this one: stores made on a
 * session work together in one transaction.
 */
export interface SqlSession extends SqlDatabase {
  /** `Row` is what the statement selects, by column name. */
  all<Row>(statement: Sql): Promise<readonly Row[]>
  first<Row>(statement: Sql): Promise<Row | undefined>
  /** The number of rows changed. */
  run(statement: Sql): Promise<number>
}
