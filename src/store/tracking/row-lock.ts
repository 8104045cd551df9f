import { type Sql, sql } from '../sql/sql.ts'
import type { SqlDatabase } from '../sql/sql-database.ts'

const NOTHING = sql``
/** Leaves rows that refer to the locked one free to come, which MLflow's own server writes meanwhile. */
const POSTGRESQL = sql`FOR NO KEY UPDATE`
const MYSQL = sql`FOR UPDATE`

/** What a SELECT ends with that keeps its rows from other writers; SQLite has one writer at a time anyway. */
export function rowLock({ dialect }: Pick<SqlDatabase, 'dialect'>): Sql {
  if (dialect === 'sqlite') return NOTHING
  return dialect === 'postgresql' ? POSTGRESQL : MYSQL
}
