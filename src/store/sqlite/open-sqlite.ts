import { existsSync } from 'node:fs'
import Database from 'better-sqlite3'
import { notFound, unusableDatabase } from '../../core/errors.ts'
import { requireKnownHead } from '../schema/heads.ts'
import { createSqliteFile, createTablesWhereNone } from './create-sqlite.ts'
import { SqliteDatabase } from './sqlite-database.ts'
import { openSnapshot } from './sqlite-snapshot.ts'
import { sqliteUri } from './sqlite-uri.ts'

/** How long a statement waits for another process's lock, as long as MLflow waits. The thread sleeps meanwhile. */
const BUSY_TIMEOUT_MS = 20_000

/**
 * Opens a database to read it, while other processes may write it, and changes nothing in it. Its folder may be
 * read-only; where it is not, SQLite may leave the files -wal and -shm of a WAL database there.
 * @throws ServingError RESOURCE_DOES_NOT_EXIST, or INVALID_STATE where the file cannot be read or is at an unknown head
 */
export function openSqliteReadOnly(path: string): SqliteDatabase {
  if (!existsSync(path)) {
    throw notFound(
      `There is no registry database at ${path}: register a model (headrace models register) or name another ` +
        'database (MLFLOW_TRACKING_URI)',
      { path },
    )
  }
  try {
    return checked(
      new Database(path, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS }),
      path,
    )
  } catch (error) {
    if (needsFilesBeside(error)) return openSnapshot(path, (connection) => checked(connection, path))
    throw explained(error, path)
  }
}

/**
 * Opens a database to write it, and creates it first where there is none (WAL, flushed at every commit). A file
 * that is there keeps its journal mode.
 * @throws ServingError INVALID_STATE
 */
export function openSqlite(path: string): SqliteDatabase {
  try {
    if (!existsSync(path)) createSqliteFile(path)
    const connection = new Database(path, { fileMustExist: true, timeout: BUSY_TIMEOUT_MS })
    connection.pragma('foreign_keys = ON')
    connection.pragma('synchronous = FULL')
    createTablesWhereNone(connection)
    return checked(connection, path)
  } catch (error) {
    throw explained(error, path)
  }
}

function checked(connection: Database.Database, path: string): SqliteDatabase {
  try {
    connection.pragma('case_sensitive_like = ON')
    requireKnownHead(readHead(connection), sqliteUri(path))
    return new SqliteDatabase(connection)
  } catch (error) {
    connection.close()
    throw error
  }
}

function readHead(connection: Database.Database): string | undefined {
  const table = connection
    .prepare(`SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'alembic_version'`)
    .get()
  if (table === undefined) return undefined
  return connection.prepare('SELECT version_num FROM alembic_version').pluck().get() as string | undefined
}

/** SQLite reads a WAL database only with its -shm file, and cannot make that in a folder that is read-only. */
function needsFilesBeside(error: unknown): boolean {
  const code = error instanceof Database.SqliteError ? error.code : ''
  return /^SQLITE_(CANTOPEN|READONLY_DIRECTORY|READONLY_CANTINIT)/.test(code)
}

function explained(error: unknown, path: string): unknown {
  if (!(error instanceof Database.SqliteError)) return error
  return unusableDatabase(`The database ${path} cannot be opened: ${error.message} (${error.code})`, error)
}
