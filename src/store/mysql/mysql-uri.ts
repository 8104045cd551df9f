import { readFileSync } from 'node:fs'
import type { PoolOptions } from 'mysql2/promise'
import { invalidParameter, messageOf } from '../../core/errors.ts'
import { publicDatabaseUri } from '../database-uri.ts'

/** The names under which SQLAlchemy knows MySQL, MariaDB and their drivers. */
const MYSQL_URI = /^(?:mysql|mariadb)(?:\+(?:pymysql|mysqldb|mysqlconnector|mariadbconnector|cymysql))?:/

export function isMysqlUri(uri: string): boolean {
  return MYSQL_URI.test(uri)
}

/** For messages, and as the database's identity. */
export function publicMysqlUri(uri: string): string {
  return publicDatabaseUri(uri.replace(MYSQL_URI, 'mysql:'))
}

/** A database URI as the driver takes it, with the password: never shown. */
export type MysqlTarget = Pick<
  PoolOptions,
  'host' | 'port' | 'user' | 'password' | 'database' | 'socketPath' | 'connectTimeout' | 'ssl'
>

/**
 * Reads the URI of a MySQL database as SQLAlchemy and PyMySQL do. Options that say nothing here, such as `charset`,
 * are passed over: text is always utf8mb4.
 * @throws ServingError INVALID_PARAMETER_VALUE
 */
export function parseMysqlUri(uri: string): MysqlTarget {
  const url = parseUrl(uri)
  const options = url.searchParams
  const seconds = Number(options.get('connect_timeout') ?? 0)
  const socketPath = options.get('unix_socket')
  const ssl = encryptionOf(options, uri)
  return {
    host: url.hostname.replace(/^\[|\]$/g, '') || '127.0.0.1',
    port: url.port === '' ? 3306 : Number(url.port),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: decodeURIComponent(url.pathname.slice(1)),
    ...(socketPath === null ? {} : { socketPath }),
    ...(seconds > 0 ? { connectTimeout: seconds * 1000 } : {}),
    ...(ssl === undefined ? {} : { ssl }),
  }
}

function parseUrl(uri: string): URL {
  try {
    const url = new URL(uri.replace(MYSQL_URI, 'mysql:'))
    if (/^\/[^/]+$/.test(url.pathname) && decodeURIComponent(url.username + url.password) !== undefined)
      return url
  } catch {
    // Its own message would quote the password.
  }
  throw invalidParameter(
    `'${publicMysqlUri(uri)}' names no MySQL database: write mysql://user:password@host:3306/database, with ` +
      'characters such as @, / and % in the password percent-encoded',
  )
}

/** As PyMySQL: encrypted where a file is named, and the server's name checked where that is asked for. */
function encryptionOf(options: URLSearchParams, uri: string): PoolOptions['ssl'] | undefined {
  const file = (name: string) => fileOf(options, name, uri)
  const ca = file('ssl_ca')
  const cert = file('ssl_cert')
  const key = file('ssl_key')
  if (ca === undefined && cert === undefined && key === undefined) return undefined
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    rejectUnauthorized: ca !== undefined,
    verifyIdentity:
      options.get('ssl_verify_identity') === 'true' || options.get('ssl_check_hostname') === 'true',
  }
}

function fileOf(options: URLSearchParams, name: string, uri: string): Buffer | undefined {
  const path = options.get(name)
  if (path === null) return undefined
  try {
    return readFileSync(path)
  } catch (error) {
    throw invalidParameter(`The database ${publicMysqlUri(uri)} cannot be used, ${name}: ${messageOf(error)}`)
  }
}
