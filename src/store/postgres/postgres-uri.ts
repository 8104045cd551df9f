import { invalidParameter } from '../../core/errors.ts'
import { publicDatabaseUri } from '../database-uri.ts'

/** MLflow 3.17 reads a plain `postgresql://` with psycopg2, SQLAlchemy 2.1 with psycopg 3: the database is the same. */
const POSTGRES_URI = /^postgres(?:ql)?(?:\+psycopg2?)?:/

export function isPostgresUri(uri: string): boolean {
  return POSTGRES_URI.test(uri)
}

/** For messages, and as the database's identity. */
export function publicPostgresUri(uri: string): string {
  return publicDatabaseUri(uri.replace(POSTGRES_URI, 'postgresql:'))
}

/** How a connection is encrypted, in the order in which the ways are tried; as libpq's `sslmode`. */
export type Encryption = 'none' | 'unchecked' | 'checked'

/** A database URI as the driver takes it. */
export interface PostgresTarget {
  /** With the password: never shown. */
  readonly connectionString: string
  readonly encryption: readonly Encryption[]
  /** What the URI says; undefined where it says nothing. */
  readonly connectTimeoutMs: number | undefined
  readonly publicUri: string
}

/**
 * Reads the URI of a PostgreSQL database as SQLAlchemy and libpq do (PostgreSQL 17, section 32.1.2, and table 32.1
 * for `sslmode`).
 * @throws ServingError INVALID_PARAMETER_VALUE
 */
export function parsePostgresUri(uri: string): PostgresTarget {
  const publicUri = publicPostgresUri(uri)
  const url = parseUrl(uri, publicUri)
  const mode = take(url, 'sslmode') ?? 'prefer'
  const encryption = encryptionOf(mode, url)
  if (encryption === undefined) {
    throw invalidParameter(`The database ${publicUri} has an unknown sslmode '${mode}'`)
  }
  if (encryption[0] === 'checked') {
    url.searchParams.set('sslmode', mode === 'require' ? 'verify-ca' : mode)
    // Without it the driver takes all modes for verify-full.
    url.searchParams.set('uselibpqcompat', 'true')
  }
  const seconds = Number(take(url, 'connect_timeout') ?? 0)
  return {
    connectionString: url.href,
    encryption,
    connectTimeoutMs: seconds > 0 ? seconds * 1000 : undefined,
    publicUri,
  }
}

function parseUrl(uri: string, publicUri: string): URL {
  try {
    const url = new URL(uri.replace(POSTGRES_URI, 'postgresql:'))
    if (/^\/[^/]/.test(url.pathname)) return url
  } catch {
    // Its own message would quote the password.
  }
  throw invalidParameter(
    `'${publicUri}' names no PostgreSQL database: write postgresql://user:password@host:5432/database, with ` +
      'characters such as @, / and % in the password percent-encoded',
  )
}

/** Without the authority's certificate `require` encrypts and checks nothing; with it, it is `verify-ca`. */
function encryptionOf(mode: string, url: URL): readonly Encryption[] | undefined {
  switch (mode) {
    case 'disable':
      return ['none']
    case 'allow':
      return ['none', 'unchecked']
    case 'prefer':
      return ['unchecked', 'none']
    case 'require':
      return [url.searchParams.has('sslrootcert') ? 'checked' : 'unchecked']
    case 'verify-ca':
    case 'verify-full':
      return ['checked']
    default:
      return undefined
  }
}

function take(url: URL, name: string): string | undefined {
  const value = url.searchParams.get(name) ?? undefined
  url.searchParams.delete(name)
  return value
}
