import type { PoolClient } from 'pg'
import { ofDriver } from '../sql/driver-failure.ts'
import type { PreparedNames } from '../sql/prepared-names.ts'
import type { ServerConnection } from '../sql/server-connection.ts'
import { PostgresSession } from './postgres-session.ts'

/** A connection taken from the pool, for one transaction. */
export class PostgresConnection implements ServerConnection {
  readonly session: PostgresSession
  readonly #client: PoolClient

  constructor(client: PoolClient, names: PreparedNames | undefined) {
    this.#client = client
    this.session = new PostgresSession(client, names)
    // Without a listener, a connection that breaks between two statements would end the process.
    client.on('error', ignore)
  }

  /** A write that read what another one changed meanwhile is refused by the server, and run again. */
  async begin(access: 'read' | 'write'): Promise<void> {
    const mode = access === 'read' ? 'READ ONLY' : 'READ WRITE'
    await ofDriver(this.#client.query(`BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ ${mode}`))
  }

  async commit(): Promise<void> {
    const { command } = await ofDriver(this.#client.query('COMMIT'))
    // What the server answers where a statement failed and the work went on all the same.
    if (command === 'ROLLBACK')
      throw new Error('The server undid the transaction because a statement of it failed')
  }

  async rollback(): Promise<void> {
    await this.#client.query('ROLLBACK')
  }

  release(broken: boolean): void {
    this.#client.off('error', ignore)
    this.#client.release(broken)
  }
}

function ignore(): void {
  // The statement under way, or the next one, fails with the same error.
}
