import { truncate } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type Database from 'better-sqlite3'

/** Many may hold a lock shared, or one exclusively. */
type LockMode = 'shared' | 'exclusive'

interface LockRequest {
  readonly path: string
  readonly signal?: AbortSignal | undefined
  /** Called once, when the wait has taken a second. */
  readonly onWait?: () => void
}

const POLL_MS = 50
const SAY_AFTER_MS = 1000

/**
 * A lock between processes (and within one) that the operating system releases when its holder dies, however that
 * happens: the lock of an SQLite file that stays empty. Node offers no other (docs/decisions/0013-lock-by-sqlite.md).
 */
export class FileLock {
  readonly #connection: Database.Database

  private constructor(connection: Database.Database) {
    this.#connection = connection
  }

  /**
   * Undefined while another holds it. The file is created where there is none; its folder must be there. Whatever a
   * damaged disk has put into the file is taken out again.
   */
  static async try(path: string, mode: LockMode): Promise<FileLock | undefined> {
    try {
      return await FileLock.#open(path, mode)
    } catch (error) {
      if (!hasCode(error, 'SQLITE_NOTADB', 'SQLITE_CORRUPT')) throw error
      // In place: another process that holds the lock keeps it.
      await truncate(path)
      return FileLock.#open(path, mode)
    }
  }

  static async #open(path: string, mode: LockMode): Promise<FileLock | undefined> {
    const { default: Sqlite } = await import('better-sqlite3')
    const connection = new Sqlite(path, { timeout: 0 })
    try {
      connection.exec(mode === 'exclusive' ? 'BEGIN EXCLUSIVE' : 'BEGIN; SELECT 1 FROM sqlite_master')
      return new FileLock(connection)
    } catch (error) {
      connection.close()
      if (hasCode(error, 'SQLITE_BUSY')) return undefined
      throw error
    }
  }

  /** Waits until nobody else holds the lock. @throws the signal's reason; what `try` throws */
  static async waitForExclusive({ path, signal, onWait }: LockRequest): Promise<FileLock> {
    const sayAt = performance.now() + SAY_AFTER_MS
    let said = false
    for (;;) {
      signal?.throwIfAborted()
      const lock = await FileLock.try(path, 'exclusive')
      if (lock !== undefined) return lock
      if (!said && performance.now() >= sayAt) {
        said = true
        onWait?.()
      }
      await sleep(POLL_MS, undefined, signal === undefined ? {} : { signal }).catch(() => undefined)
    }
  }

  release(): void {
    this.#connection.close()
  }
}

function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.some((code) => code === error.code)
}
