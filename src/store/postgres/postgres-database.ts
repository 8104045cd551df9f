import type { Client } from 'pg'
import { messageOf, notImplemented } from '../../core/errors.ts'
import { requireKnownHead } from '../schema/heads.ts'
import type { SqlDatabase, SqlSession } from '../sql/sql-database.ts'
import { codeOf, postgresFailure } from './postgres-failure.ts'
import { PostgresSession } from './postgres-session.ts'
import { type Encryption, type PostgresTarget, parsePostgresUri } from './postgres-uri.ts'

const CONNECT_TIMEOUT_MS = 15_000
/** Each statement reads a few rows by key: one that takes longer waits for something that does not come. */
const STATEMENT_TIMEOUT_MS = 30_000
const INT8 = 20

/**
 * A PostgreSQL database that is read: one connection, opened when the first transaction comes and again after it
 * broke. Transactions run one after the other.
 */
export class PostgresDatabase implements SqlDatabase {
  readonly #target: PostgresTarget
  readonly #connectTimeoutMs: number
  #client: Client | undefined
  #last: Promise<unknown> = Promise.resolve()

  /**
   * @param connectTimeoutMs where neither this nor the URI says anything else: 15 seconds.
   * @throws ServingError INVALID_PARAMETER_VALUE for a URI that is none
   */
  constructor(uri: string, connectTimeoutMs?: number) {
    this.#target = parsePostgresUri(uri)
    this.#connectTimeoutMs = connectTimeoutMs ?? this.#target.connectTimeoutMs ?? CONNECT_TIMEOUT_MS
  }

  read<T>(work: (session: SqlSession) => Promise<T>): Promise<T> {
    const result = this.#last.then(() => this.#transaction(work))
    this.#last = result.catch(() => undefined)
    return result
  }

  async write<T>(): Promise<T> {
    throw notImplemented(
      `Headrace does not write to PostgreSQL yet (${this.#target.publicUri}): make the change with MLflow's own ` +
        'client, or in the UI of its server',
    )
  }

  async close(): Promise<void> {
    await this.#last
    await this.#client?.end()
    this.#client = undefined
  }

  async #transaction<T>(work: (session: SqlSession) => Promise<T>): Promise<T> {
    try {
      const client = await this.#connected()
      await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY')
      try {
        return await work(new PostgresSession(client))
      } finally {
        // Nothing was written, and a broken connection has ended the transaction itself.
        await client.query('ROLLBACK').catch(() => undefined)
      }
    } catch (error) {
      throw postgresFailure(error, this.#target.publicUri)
    }
  }

  async #connected(): Promise<Client> {
    if (this.#client !== undefined) return this.#client
    const client = await this.#connect(this.#target.encryption)
    try {
      requireKnownHead(await readHead(client), this.#target.publicUri)
    } catch (error) {
      await client.end()
      throw error
    }
    this.#client = client
    return client
  }

  /** Tries the ways of encryption in turn where the server does not take the first. */
  async #connect([encryption = 'none', ...others]: readonly Encryption[]): Promise<Client> {
    const { default: pg } = await import('pg')
    const client = new pg.Client({
      connectionString: this.#target.connectionString,
      connectionTimeoutMillis: this.#connectTimeoutMs,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      query_timeout: STATEMENT_TIMEOUT_MS,
      application_name: 'headrace',
      types: {
        getTypeParser: (oid, format) => (oid === INT8 ? Number : pg.types.getTypeParser(oid, format)),
      },
      ...(encryption === 'unchecked' ? { ssl: { rejectUnauthorized: false } } : {}),
      ...(encryption === 'none' ? { ssl: false } : {}),
    })
    // A connection that breaks while nobody uses it: the next transaction opens another.
    client.on('error', () => this.#forget(client))
    client.on('end', () => this.#forget(client))
    try {
      await client.connect()
      return client
    } catch (error) {
      await client.end().catch(() => undefined)
      if (others.length > 0 && isAboutEncryption(error)) return this.#connect(others)
      throw error
    }
  }

  #forget(client: Client): void {
    if (this.#client === client) this.#client = undefined
  }
}

/** The driver's own text for a server without TLS, or the code of one that demands it. */
function isAboutEncryption(error: unknown): boolean {
  return /does not support SSL/.test(messageOf(error)) || codeOf(error) === '28000'
}

async function readHead(client: Client): Promise<string | undefined> {
  try {
    const { rows } = await client.query<{ version_num: string }>('SELECT version_num FROM alembic_version')
    return rows[0]?.version_num
  } catch (error) {
    const UNDEFINED_TABLE = '42P01'
    if (codeOf(error) === UNDEFINED_TABLE) return undefined
    throw error
  }
}
