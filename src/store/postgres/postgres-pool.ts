import type { Client, Pool, PoolConfig } from 'pg'
import { messageOf, ServingError } from '../../core/errors.ts'
import type { DatabaseLocation } from '../database-location.ts'
import { DEFAULT_RELEASE, requireKnownHead, type SchemaRelease } from '../schema/heads.ts'
import { requireUsedColumns } from '../schema/used-columns.ts'
import { DriverFailure } from '../sql/driver-failure.ts'
import { PreparedNames } from '../sql/prepared-names.ts'
import type { FailureKind, ServerConnection, ServerPool } from '../sql/server-connection.ts'
import { createTablesWhereNone, readColumns } from './create-postgres.ts'
import { PostgresConnection } from './postgres-connection.ts'
import { codeOf, kindOfFailure, postgresFailure } from './postgres-failure.ts'
import { columnTypes } from './postgres-types.ts'
import { type Encryption, type PostgresTarget, parsePostgresUri } from './postgres-uri.ts'

const CONNECT_TIMEOUT_MS = 15_000
/** One that takes longer waits for something that does not come, or reads what nobody waits for any more. */
const STATEMENT_TIMEOUT_MS = 60_000
const LOCK_TIMEOUT_MS = 20_000
/** Locks of a process that hangs in the middle of a transaction are let go of. */
const IDLE_TRANSACTION_TIMEOUT_MS = 60_000
const MOST_CONNECTIONS = 6
const IDLE_CONNECTION_MS = 30_000
/** Connections move to the new addresses of a server, and what they hold of its memory is freed. */
const CONNECTION_LIFE_SECONDS = 1800

/** Connections to a PostgreSQL database, opened as they are needed. */
export class PostgresPool implements ServerPool {
  readonly dialect = 'postgresql'
  readonly #target: PostgresTarget
  readonly #connectTimeoutMs: number
  /** Undefined where nothing is to be created. */
  readonly #created: SchemaRelease | undefined
  #names: PreparedNames | undefined = new PreparedNames()
  #pool: Promise<Pool> | undefined

  /** @throws ServingError INVALID_PARAMETER_VALUE for a URI that is none */
  constructor(location: DatabaseLocation) {
    const { access, mlflowSchema = DEFAULT_RELEASE } = location
    this.#target = parsePostgresUri(location.databaseUri)
    this.#connectTimeoutMs = location.connectTimeoutMs ?? this.#target.connectTimeoutMs ?? CONNECT_TIMEOUT_MS
    this.#created = access === 'write' ? mlflowSchema : undefined
  }

  async connection(): Promise<ServerConnection> {
    this.#pool ??= this.#open()
    const opening = this.#pool
    try {
      return new PostgresConnection(await (await opening).connect(), this.#names)
    } catch (error) {
      const pool = await opening.catch(() => undefined)
      // A server that was replaced may want another encryption.
      if (pool === undefined || isAboutEncryption(error)) this.#forget(opening)
      throw error instanceof ServingError ? error : new DriverFailure(error)
    }
  }

  kindOf(error: unknown): FailureKind {
    const kind = kindOfFailure(error)
    if (kind === 'unprepared') this.#names = undefined
    return kind
  }

  explain(error: unknown): unknown {
    return postgresFailure(error, this.#target.publicUri)
  }

  async close(): Promise<void> {
    const pool = await this.#pool?.catch(() => undefined)
    this.#pool = undefined
    await pool?.end()
  }

  #forget(opening: Promise<Pool>): void {
    if (this.#pool !== opening) return
    this.#pool = undefined
    opening.then((pool) => pool.end()).catch(() => undefined)
  }

  /** Looks at the database through a first connection, and finds out how the server wants to be spoken to. */
  async #open(): Promise<Pool> {
    const { default: pg } = await import('pg')
    const config = await this.#prepare(this.#target.encryption)
    const pool = new pg.Pool({
      ...config,
      max: MOST_CONNECTIONS,
      idleTimeoutMillis: IDLE_CONNECTION_MS,
      maxLifetimeSeconds: CONNECTION_LIFE_SECONDS,
      allowExitOnIdle: true,
    })
    // One that breaks while nobody uses it is left out of the pool by the pool itself.
    pool.on('error', () => undefined)
    return pool
  }

  /** Tries the ways of encryption in turn where the server does not take the first. */
  async #prepare([encryption = 'none', ...others]: readonly Encryption[]): Promise<PoolConfig> {
    const { default: pg } = await import('pg')
    const config = this.#config(encryption, columnTypes(pg.types))
    const client = new pg.Client(config)
    client.on('error', () => undefined)
    try {
      await client.connect()
      await this.#requireTables(client)
      return config
    } catch (error) {
      if (others.length > 0 && isAboutEncryption(error)) return this.#prepare(others)
      throw error
    } finally {
      await client.end().catch(() => undefined)
    }
  }

  async #requireTables(client: Client): Promise<void> {
    const { publicUri } = this.#target
    if (this.#created !== undefined) await createTablesWhereNone(client, this.#created)
    requireKnownHead(await readHead(client), publicUri)
    requireUsedColumns(await readColumns(client), publicUri)
  }

  #config(encryption: Encryption, types: ReturnType<typeof columnTypes>): PoolConfig {
    return {
      connectionString: this.#target.connectionString,
      connectionTimeoutMillis: this.#connectTimeoutMs,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      lock_timeout: LOCK_TIMEOUT_MS,
      idle_in_transaction_session_timeout: IDLE_TRANSACTION_TIMEOUT_MS,
      // A server that does not answer at all ends no statement by itself.
      query_timeout: 2 * STATEMENT_TIMEOUT_MS,
      application_name: 'headrace',
      keepAlive: true,
      types,
      ...(encryption === 'unchecked' ? { ssl: { rejectUnauthorized: false } } : {}),
      ...(encryption === 'none' ? { ssl: false } : {}),
    }
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
