import { chmodSync, constants, copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'

/**
 * Opens a private copy of a WAL database whose folder is read-only and that no process has open (else its -shm
 * file would be there and SQLite would read the original). The copy is the database as it is now; its files are
 * removed at once, the open connection keeps what it needs of them.
 */
export function openSnapshot<T>(path: string, use: (connection: Database.Database) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'headrace-'))
  try {
    const copy = join(folder, 'snapshot.db')
    copyWritable(path, copy)
    if (existsSync(`${path}-wal`)) copyWritable(`${path}-wal`, `${copy}-wal`)
    const connection = new Database(copy)
    // Out of WAL mode: afterwards one file holds everything, and no other is opened by name later.
    connection.pragma('journal_mode = MEMORY')
    connection.pragma('query_only = ON')
    return use(connection)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A copy takes over the permissions, and the original may be read-only. */
function copyWritable(path: string, copy: string): void {
  copyFileSync(path, copy, constants.COPYFILE_FICLONE)
  chmodSync(copy, 0o600)
}
