import { dirname, join, resolve } from 'node:path'
import { notImplemented } from '../core/errors.ts'
import type { SqlDatabase } from './sql/sql-database.ts'
import { SqlRegistryStore } from './sql-registry-store.ts'
import { SqlTrackingStore } from './sql-tracking-store.ts'
import { openSqlite, openSqliteReadOnly } from './sqlite/open-sqlite.ts'
import { isSqliteUri, sqlitePath } from './sqlite/sqlite-uri.ts'
import type { Stores } from './stores.ts'

export interface StoreLocation {
  readonly databaseUri: string
  /** Folder for the files of new experiments; `mlartifacts` beside the database where it is left out. */
  readonly artifactRoot?: string | undefined
  /** What relative paths are relative to. */
  readonly folder: string
  readonly access: 'read' | 'write'
}

/** Opens the stores of a database; to write, the database is created where there is none. */
export function openStores({ databaseUri, artifactRoot, folder, access }: StoreLocation): Stores {
  const path = databasePathOf(databaseUri, folder)
  const root = artifactRootOf(path, artifactRoot, folder)
  const database = access === 'read' ? openSqliteReadOnly(path) : openSqlite(path)
  return {
    ...storesOn(database, root),
    transaction: (work) => database.write((session) => work(storesOn(session, root))),
    close: () => database.close(),
  }
}

/** @throws ServingError NOT_IMPLEMENTED for a database that is not a SQLite file */
export function databasePathOf(databaseUri: string, folder: string): string {
  if (isSqliteUri(databaseUri)) return sqlitePath(databaseUri, folder)
  throw notImplemented(
    `The registry '${databaseUri}' is not of a kind that Headrace opens yet: it takes sqlite:///…`,
  )
}

/** The folder of the artifacts that belong to a SQLite database, as an absolute path. */
export function artifactRootOf(
  databasePath: string,
  artifactRoot: string | undefined,
  folder: string,
): string {
  return artifactRoot === undefined
    ? join(dirname(databasePath), 'mlartifacts')
    : resolve(folder, artifactRoot)
}

function storesOn(database: SqlDatabase, artifactRoot: string): Pick<Stores, 'tracking' | 'registry'> {
  return {
    tracking: new SqlTrackingStore(database, artifactRoot),
    registry: new SqlRegistryStore(database),
  }
}
