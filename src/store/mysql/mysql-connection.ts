import type { PoolConnection } from 'mysql2/promise'
import { ofDriver } from '../sql/driver-failure.ts'
import type { ServerConnection } from '../sql/server-connection.ts'
import { MysqlSession } from './mysql-session.ts'
import type { MysqlValues } from './mysql-values.ts'

/** A connection taken from the pool, for one transaction. */
export class MysqlConnection implements ServerConnection {
  readonly session: MysqlSession
  readonly #connection: PoolConnection

  constructor(connection: PoolConnection, values: MysqlValues) {
    this.#connection = connection
    this.session = new MysqlSession(connection, values)
  }

  async begin(access: 'read' | 'write'): Promise<void> {
    if (access === 'read') return this.#query('START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY')
    // Locks of rows, and none of the gaps between them: those would put writers of other keys in each other's way.
    await this.#query('SET TRANSACTION ISOLATION LEVEL READ COMMITTED')
    await this.#query('START TRANSACTION')
    this.session.lockWhatIsRead()
  }

  commit(): Promise<void> {
    return this.#query('COMMIT')
  }

  rollback(): Promise<void> {
    return this.#query('ROLLBACK')
  }

  release(broken: boolean): void {
    if (broken) this.#connection.destroy()
    else this.#connection.release()
  }

  async #query(text: string): Promise<void> {
    await ofDriver(this.#connection.query(text))
  }
}
