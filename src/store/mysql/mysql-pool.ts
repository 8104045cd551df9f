import type { Connection, ConnectionOptions, Pool, RowDataPacket } from 'mysql2/promise'
import { ServingError } from '../../core/errors.ts'
import type { DatabaseLocation } from '../database-location.ts'
import { DEFAULT_RELEASE, requireKnownHead, type SchemaRelease } from '../schema/heads.ts'
import { requireUsedColumns } from '../schema/used-columns.ts'
import { DriverFailure } from '../sql/driver-failure.ts'
import type { FailureKind, ServerConnection, ServerPool } from '../sql/server-connection.ts'
import { createTablesWhereNone, readColumns } from './create-mysql.ts'
import { MysqlConnection } from './mysql-connection.ts'
import { kindOfFailure, mysqlFailure, numberOf } from './mysql-failure.ts'
import { type MysqlTarget, parseMysqlUri, publicMysqlUri } from './mysql-uri.ts'
import type { MysqlValues } from './mysql-values.ts'

const CONNECT_TIMEOUT_MS = 15_000
const LOCK_TIMEOUT_SECONDS = 20
const MOST_CONNECTIONS = 6
const IDLE_CONNECTION_MS = 30_000
/** Of each connection; those used last are kept. */
const PREPARED_STATEMENTS = 300

/** Quoted names as in the SQL standard; nothing is cut off to make it fit; and an experiment may have the id 0. */
const SESSION = `SET SESSION sql_mode = 'ANSI_QUOTES,STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_AUTO_VALUE_ON_ZERO',
  innodb_lock_wait_timeout = ${LOCK_TIMEOUT_SECONDS}`

interface OpenPool {
  readonly pool: Pool
  readonly values: MysqlValues
}

/** Connections to a MySQL or MariaDB database, opened as they are needed. */
export class MysqlPool implements ServerPool {
  readonly dialect = 'mysql'
  readonly #target: MysqlTarget
  readonly #publicUri: string
  readonly #connectTimeoutMs: number
  /** Undefined where nothing is to be created. */
  readonly #created: SchemaRelease | undefined
  #pool: Promise<OpenPool> | undefined

  /** @throws ServingError INVALID_PARAMETER_VALUE for a URI that is none */
  constructor(location: DatabaseLocation) {
    const { access, databaseUri, mlflowSchema = DEFAULT_RELEASE } = location
    this.#target = parseMysqlUri(databaseUri)
    this.#publicUri = publicMysqlUri(databaseUri)
    this.#connectTimeoutMs = location.connectTimeoutMs ?? this.#target.connectTimeout ?? CONNECT_TIMEOUT_MS
    this.#created = access === 'write' ? mlflowSchema : undefined
  }

  async connection(): Promise<ServerConnection> {
    this.#pool ??= this.#open()
    const opening = this.#pool
    try {
      const { pool, values } = await opening
      return new MysqlConnection(await pool.getConnection(), values)
    } catch (error) {
      const pool = await opening.catch(() => undefined)
      if (pool === undefined && this.#pool === opening) this.#pool = undefined
      throw error instanceof ServingError ? error : new DriverFailure(error)
    }
  }

  kindOf(error: unknown): FailureKind {
    return kindOfFailure(error)
  }

  explain(error: unknown): unknown {
    return mysqlFailure(error, this.#publicUri)
  }

  async close(): Promise<void> {
    const open = await this.#pool?.catch(() => undefined)
    this.#pool = undefined
    await open?.pool.end()
  }

  /** Looks at the database through a first connection of its own. */
  async #open(): Promise<OpenPool> {
    const { default: mysql } = await import('mysql2/promise')
    const first = await mysql.createConnection({ ...this.#options(), multipleStatements: true })
    try {
      await first.query(SESSION)
      await this.#requireTables(first)
    } finally {
      first.destroy()
    }
    const pool = mysql.createPool({
      ...this.#options(),
      connectionLimit: MOST_CONNECTIONS,
      maxIdle: MOST_CONNECTIONS,
      idleTimeout: IDLE_CONNECTION_MS,
    })
    // Queued on the new connection before the first statement of whoever waits for it, which fails where this does.
    pool.pool.on('connection', (connection) => {
      connection.query(SESSION, (error) => {
        if (error !== null) connection.destroy()
      })
    })
    return { pool, values: { integer: (value) => mysql.TypedParameter.LONGLONG(value) } }
  }

  async #requireTables(connection: Connection): Promise<void> {
    if (this.#created !== undefined) await createTablesWhereNone(connection, this.#created)
    requireKnownHead(await readHead(connection), this.#publicUri)
    requireUsedColumns(await readColumns(connection), this.#publicUri)
  }

  #options(): ConnectionOptions {
    return {
      ...this.#target,
      connectTimeout: this.#connectTimeoutMs,
      charset: 'utf8mb4',
      supportBigNumbers: true,
      decimalNumbers: true,
      enableKeepAlive: true,
      maxPreparedStatements: PREPARED_STATEMENTS,
    }
  }
}

async function readHead(connection: Connection): Promise<string | undefined> {
  try {
    const [rows] = await connection.query<RowDataPacket[]>('SELECT version_num FROM alembic_version')
    const head: unknown = rows[0]?.['version_num']
    return typeof head === 'string' ? head : undefined
  } catch (error) {
    const NO_SUCH_TABLE = 1146
    if (numberOf(error) === NO_SUCH_TABLE) return undefined
    throw error
  }
}
