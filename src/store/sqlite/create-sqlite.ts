import { existsSync, linkSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { createdSchema } from '../schema/created-schema.ts'
import type { SchemaRelease } from '../schema/heads.ts'

/**
 * Creates a database at the head of an MLflow release where none is. The file appears whole: it is made beside under another
 * name and linked into place, so two processes that start at once end with the same file and a crash leaves none.
 */
export function createSqliteFile(path: string, schema: SchemaRelease): void {
  makeFolder(dirname(path))
  const draft = join(dirname(path), `.${basename(path)}.${crypto.randomUUID()}.tmp`)
  try {
    const connection = new Database(draft)
    try {
      connection.pragma('journal_mode = WAL')
      connection.pragma('synchronous = FULL')
      createTables(connection, schema)
    } finally {
      connection.close()
    }
    publish(draft, path)
  } finally {
    rmSync(draft, { force: true })
  }
}

/** Step by step: where no folder can be made, as in /proc, the recursion of Node 24's `mkdirSync` does not end. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return
  makeFolder(dirname(folder))
  try {
    mkdirSync(folder)
  } catch (error) {
    if (!existsSync(folder)) throw error
  }
}

/** Fills a database that has no tables, such as an empty file; leaves any other as it is. */
export function createTablesWhereNone(connection: Database.Database, schema: SchemaRelease): void {
  const create = connection.transaction(() => {
    const tables = connection.prepare(`SELECT count(*) FROM sqlite_master`).pluck().get()
    if (tables === 0) createTables(connection, schema)
  })
  create.immediate()
}

function createTables(connection: Database.Database, schema: SchemaRelease): void {
  const statements = createdSchema('sqlite', schema)
  if (connection.inTransaction) connection.exec(statements)
  else connection.transaction(() => connection.exec(statements))()
}

function publish(draft: string, path: string): void {
  try {
    linkSync(draft, path)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'EEXIST') return
    // File systems without hard links: the file is whole all the same, but a second creator may win.
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EOPNOTSUPP') throw error
    renameSync(draft, path)
  }
}
