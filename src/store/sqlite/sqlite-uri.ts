import { resolve } from 'node:path'
import { invalidParameter } from '../../core/errors.ts'

const SQLITE_URI = /^sqlite(?:\+pysqlite)?:\/\/\/([^?]+)/

export function isSqliteUri(uri: string): boolean {
  return /^sqlite(\+pysqlite)?:/.test(uri)
}

/**
 * The absolute path in an SQLAlchemy URI: three slashes and a path relative to `folder`, or four and an absolute
 * one. Nothing is percent-decoded, as in SQLAlchemy.
 * @throws ServingError INVALID_PARAMETER_VALUE for a database in memory or a URI of another form
 */
export function sqlitePath(uri: string, folder: string): string {
  const path = SQLITE_URI.exec(uri)?.[1]
  if (path === undefined || path === ':memory:') {
    throw invalidParameter(
      `'${uri}' names no SQLite file: write sqlite:///mlflow.db, or sqlite:////absolute/path/mlflow.db`,
    )
  }
  return resolve(folder, path)
}

export function sqliteUri(absolutePath: string): string {
  return `sqlite:///${absolutePath}`
}
