import Database from 'better-sqlite3'
import {
  badRequest,
  permissionDenied,
  resourceExhausted,
  type ServingError,
  unavailable,
  unusableDatabase,
} from '../../core/errors.ts'

/** What a failure of SQLite means for the caller; anything else as it is. Codes: sqlite.org/rescode.html. */
export function sqliteFailure(error: unknown, path: string): unknown {
  if (!(error instanceof Database.SqliteError)) return error
  const primary = primaryCode(error)
  const explain = FAILURES[primary]
  return explain === undefined
    ? unusableDatabase(`The database ${path} cannot be used: ${textOf(error)}`, error)
    : explain(path, error)
}

/**
 * Whether the connection is better opened anew: a file that was read-only when it was opened stays so for the
 * connection, and one that could not be read may have been put right.
 */
export function isLostFile(error: unknown): boolean {
  return error instanceof Database.SqliteError && LOST_FILE.has(primaryCode(error))
}

/** Another process holds the lock: whatever is tried next would wait for it as long again. */
export function isBusy(error: unknown): boolean {
  return error instanceof Database.SqliteError && primaryCode(error) === 'BUSY'
}

const LOST_FILE = new Set(['READONLY', 'IOERR', 'CANTOPEN', 'CORRUPT', 'NOTADB'])

type Explain = (path: string, error: InstanceType<typeof Database.SqliteError>) => ServingError

const refused: Explain = (_, error) => badRequest(`The database does not take this: ${textOf(error)}`)

const busy: Explain = (path, error) =>
  unavailable(`The database ${path} is locked by another process, which did not let go of it in time`, {
    cause: error,
  })

const unreadable: Explain = (path, error) =>
  unavailable(`The file of the database ${path} cannot be read or written: ${textOf(error)}`, {
    cause: error,
  })

const FAILURES: Readonly<Record<string, Explain>> = {
  BUSY: busy,
  LOCKED: busy,
  FULL: (path, error) =>
    resourceExhausted(
      `There is no room left on the disk of the database ${path}: nothing was written`,
      error,
    ),
  READONLY: (path, error) =>
    permissionDenied(`The database ${path} may not be written here: ${textOf(error)}`),
  IOERR: unreadable,
  CANTOPEN: unreadable,
  CONSTRAINT: refused,
  MISMATCH: refused,
  TOOBIG: refused,
}

/** `SQLITE_BUSY_SNAPSHOT` is a `BUSY`. */
function primaryCode(error: InstanceType<typeof Database.SqliteError>): string {
  return /^SQLITE_([A-Z]+)/.exec(error.code)?.[1] ?? ''
}

function textOf(error: InstanceType<typeof Database.SqliteError>): string {
  return `${error.message} (${error.code})`
}
