import { existsSync } from 'node:fs'
import Database from 'better-sqlite3'
import { messageOf, notFound, ServingError, unusableDatabase } from '../../core/errors.ts'
import { requireKnownHead, type SchemaRelease } from '../schema/heads.ts'
import { columnsByTable, requireUsedColumns } from '../schema/used-columns.ts'
import { createSqliteFile, createTablesWhereNone } from './create-sqlite.ts'
import { SqliteDatabase } from './sqlite-database.ts'
import { openSnapshot } from './sqlite-snapshot.ts'
import { sqliteUri } from './sqlite-uri.ts'

/** How long a statement waits for another process's lock, as long as MLflow waits. The thread sleeps meanwhile. */
const BUSY_TIMEOUT_MS = 20_000

/** Of each connection, filled as pages are read: SQLite's own 2 MB hold too little of a large database's indexes. */
const CACHE_KIB = 8192

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
  return new SqliteDatabase(path, () => openConnection(path, () => openToRead(path)))
}

/**
 * Opens a database to write it, and creates it first where there is none (WAL, flushed at every commit). A file
 * that is there keeps its journal mode.
 * @throws ServingError INVALID_STATE
 */
export function openSqlite(path: string, schema: SchemaRelease): SqliteDatabase {
  return new SqliteDatabase(path, () => openConnection(path, () => openToWrite(path, schema)))
}

function openConnection(path: string, open: () => Database.Database): Database.Database {
  try {
    return open()
  } catch (error) {
    if (error instanceof ServingError) throw error
    throw unusableDatabase(`The database ${path} cannot be opened: ${messageOf(error)}`, error)
  }
}

function openToRead(path: string): Database.Database {
  try {
    return checked(
      new Database(path, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS }),
      path,
    )
  } catch (error) {
    if (needsFilesBeside(error)) return openSnapshot(path, (connection) => checked(connection, path))
    throw error
  }
}

function openToWrite(path: string, schema: SchemaRelease): Database.Database {
  if (!existsSync(path)) createSqliteFile(path, schema)
  const connection = new Database(path, { fileMustExist: true, timeout: BUSY_TIMEOUT_MS })
  connection.pragma('foreign_keys = ON')
  connection.pragma('synchronous = FULL')
  createTablesWhereNone(connection, schema)
  return checked(connection, path)
}

function checked(connection: Database.Database, path: string): Database.Database {
  try {
    connection.pragma('case_sensitive_like = ON')
    connection.pragma(`cache_size = -${CACHE_KIB}`)
    requireKnownHead(readHead(connection), sqliteUri(path))
    requireUsedColumns(readColumns(connection), sqliteUri(path))
    return connection
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

function readColumns(connection: Database.Database): ReadonlyMap<string, ReadonlySet<string>> {
  const rows = connection
    .prepare(
      `SELECT t.name, c.name FROM sqlite_master t JOIN pragma_table_info(t.name) c WHERE t.type = 'table'`,
    )
    .raw()
    .all() as [string, string][]
  return columnsByTable(rows)
}

/** SQLite reads a WAL database only with its -shm file, and cannot make that in a folder that is read-only. */
function needsFilesBeside(error: unknown): boolean {
  const code = error instanceof Database.SqliteError ? error.code : ''
  return /^SQLITE_(CANTOPEN|READONLY_DIRECTORY|READONLY_CANTINIT)/.test(code)
}
