import { notImplemented } from '../core/errors.ts'
import type { DatabaseLocation } from './database-location.ts'
import { publicDatabaseUri } from './database-uri.ts'
import { MysqlPool } from './mysql/mysql-pool.ts'
import { isMysqlUri } from './mysql/mysql-uri.ts'
import { PostgresPool } from './postgres/postgres-pool.ts'
import { isPostgresUri } from './postgres/postgres-uri.ts'
import { DEFAULT_RELEASE } from './schema/heads.ts'
import { ServerDatabase } from './sql/server-database.ts'
import type { OpenDatabase } from './sql/sql-database.ts'
import { openSqlite, openSqliteReadOnly } from './sqlite/open-sqlite.ts'
import { isSqliteUri, sqlitePath } from './sqlite/sqlite-uri.ts'

/**
 * Opens a SQLite file at once, and the database of a server when the first statement comes. To write, an empty or
 * missing database gets MLflow's tables.
 */
export function openDatabase(location: DatabaseLocation): OpenDatabase {
  const { databaseUri, folder, access, mlflowSchema = DEFAULT_RELEASE } = location
  if (isPostgresUri(databaseUri)) return new ServerDatabase(new PostgresPool(location), access)
  if (isMysqlUri(databaseUri)) return new ServerDatabase(new MysqlPool(location), access)
  const path = databasePathOf(databaseUri, folder)
  return access === 'read' ? openSqliteReadOnly(path) : openSqlite(path, mlflowSchema)
}

/** Whether the database is a server's, which has no folder of its own. */
export function isServerUri(databaseUri: string): boolean {
  return isPostgresUri(databaseUri) || isMysqlUri(databaseUri)
}

/** @throws ServingError NOT_IMPLEMENTED for a database that is not a SQLite file */
export function databasePathOf(databaseUri: string, folder: string): string {
  if (isSqliteUri(databaseUri)) return sqlitePath(databaseUri, folder)
  throw notImplemented(
    `The database '${publicDatabaseUri(databaseUri)}' is not of a kind that Headrace opens: it takes http(s)://…, ` +
      'sqlite:///…, postgresql://… and mysql://…',
  )
}
