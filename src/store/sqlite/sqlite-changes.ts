import { type BigIntStats, statSync } from 'node:fs'
import Database from 'better-sqlite3'
import { isBusy } from './sqlite-failure.ts'

/** Stands for a file that is not there. */
const NO_FILE = ''

interface OpenFile {
  readonly connection: Database.Database
  /** `PRAGMA data_version`: changes with every commit of others (sqlite.org/pragma.html#pragma_data_version). */
  readVersion(): unknown
}

/**
 * Whether a database was changed by others, at the cost of some microseconds a look: by SQLite's own counter, read without
 * waiting for anybody's lock. A file that is gone is found again when it is back, and one that another was put in the place
 * of counts as changed.
 */
export class SqliteChanges {
  readonly #path: string
  #file: OpenFile | undefined
  /** Of the file that is open. */
  #inode = NO_FILE
  /** The counter counts from the beginning of each connection. */
  #opened = 0
  #seen: string | undefined

  constructor(path: string) {
    this.#path = path
  }

  /** Whether something was written since the last look; the first look knows of nothing. @throws what SQLite throws. */
  haveCome(): boolean {
    const now = this.#look()
    if (now === undefined) return false
    const before = this.#seen
    this.#seen = now
    return before !== undefined && before !== now
  }

  close(): void {
    this.#file?.connection.close()
    this.#file = undefined
  }

  /** Undefined while a writer has the file to itself: the next look tells. */
  #look(): string | undefined {
    const file = statOf(this.#path)
    if (file === undefined) {
      this.close()
      return NO_FILE
    }
    const inode = `${file.dev}.${file.ino}`
    if (inode !== this.#inode) this.close()
    this.#inode = inode
    try {
      this.#file ??= this.#open()
      return `${inode} ${this.#opened} ${String(this.#file.readVersion())}`
    } catch (error) {
      if (isBusy(error)) return undefined
      this.close()
      if (cannotBeShared(error))
        return `${inode} ${writtenAt(file)} ${writtenAt(statOf(`${this.#path}-wal`))}`
      throw error
    }
  }

  #open(): OpenFile {
    const connection = new Database(this.#path, { readonly: true, fileMustExist: true, timeout: 0 })
    try {
      const statement = connection.prepare('PRAGMA data_version').pluck()
      this.#opened += 1
      return { connection, readVersion: () => statement.get() }
    } catch (error) {
      connection.close()
      throw error
    }
  }
}

function statOf(path: string): BigIntStats | undefined {
  return statSync(path, { bigint: true, throwIfNoEntry: false })
}

function writtenAt(file: BigIntStats | undefined): string {
  return file === undefined ? NO_FILE : `${file.size}.${file.mtimeNs}`
}

/** A WAL database in a folder that is read-only, of which readers make copies (`sqlite-snapshot.ts`). */
function cannotBeShared(error: unknown): boolean {
  return error instanceof Database.SqliteError && /^SQLITE_(CANTOPEN|READONLY)/.test(error.code)
}
