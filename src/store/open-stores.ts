import { dirname, join, resolve } from 'node:path'
import { notImplemented } from '../core/errors.ts'
import { publicDatabaseUri } from './database-uri.ts'
import { PostgresDatabase } from './postgres/postgres-database.ts'
import { isPostgresUri } from './postgres/postgres-uri.ts'
import type { SqlDatabase } from './sql/sql-database.ts'
import { SqlRegistryStore } from './sql-registry-store.ts'
import { SqlTrackingStore } from './sql-tracking-store.ts'
import { openSqlite, openSqliteReadOnly } from './sqlite/open-sqlite.ts'
import { isSqliteUri, sqlitePath } from './sqlite/sqlite-uri.ts'
import type { Stores } from './stores.ts'

export interface StoreLocation {
  readonly databaseUri: string
  /** Folder or URI for the files of new experiments; `mlartifacts` beside a SQLite database where it is left out. */
  readonly artifactRoot?: string | undefined
  /** What relative paths are relative to. */
  readonly folder: string
  readonly access: 'read' | 'write'
  /** How long the server of a database is waited for, where it is not the usual time. */
  readonly connectTimeoutMs?: number | undefined
}

/** Opens the stores of a database; to write, a SQLite database is created where there is none. */
export function openStores(location: StoreLocation): Stores {
  const { databaseUri, artifactRoot, folder } = location
  const isUri = artifactRoot !== undefined && /^[a-z][a-z0-9+.-]+:/i.test(artifactRoot)
  const root = isUri ? artifactRoot : (artifactRootOf(databaseUri, artifactRoot, folder) ?? '')
  const database = openDatabase(location)
  return {
    ...storesOn(database, root),
    transaction: (work) => database.write((session) => work(storesOn(session, root))),
    close: () => database.close(),
  }
}

function openDatabase(location: StoreLocation): SqlDatabase & { close(): Promise<void> } {
  const { databaseUri, folder, access, connectTimeoutMs } = location
  // Connects when the first statement comes.
  if (isPostgresUri(databaseUri)) return new PostgresDatabase(databaseUri, connectTimeoutMs)
  const path = databasePathOf(databaseUri, folder)
  return access === 'read' ? openSqliteReadOnly(path) : openSqlite(path)
}

/** @throws ServingError NOT_IMPLEMENTED for a database that is not a SQLite file */
function databasePathOf(databaseUri: string, folder: string): string {
  if (isSqliteUri(databaseUri)) return sqlitePath(databaseUri, folder)
  throw notImplemented(
    `The registry '${publicDatabaseUri(databaseUri)}' is not of a kind that Headrace opens yet: it takes http(s)://…, sqlite:///… and postgresql://…`,
  )
}

/**
 * The folder of the artifacts that belong to a database, as an absolute path; undefined where the database is on
 * a server and no folder is named.
 */
export function artifactRootOf(
  databaseUri: string,
  artifactRoot: string | undefined,
  folder: string,
): string | undefined {
  if (artifactRoot !== undefined) return resolve(folder, artifactRoot)
  return isPostgresUri(databaseUri)
    ? undefined
    : join(dirname(databasePathOf(databaseUri, folder)), 'mlartifacts')
}

/** Folders that relative artifact paths may be relative to, the likeliest first. */
export function foldersOf(databaseUri: string, folder: string): readonly string[] {
  return isPostgresUri(databaseUri) ? [folder] : [folder, dirname(databasePathOf(databaseUri, folder))]
}

function storesOn(database: SqlDatabase, artifactRoot: string): Pick<Stores, 'tracking' | 'registry'> {
  return {
    tracking: new SqlTrackingStore(database, artifactRoot),
    registry: new SqlRegistryStore(database),
  }
}
