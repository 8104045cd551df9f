import {
  badRequest,
  deadlineExceeded,
  messageOf,
  notFound,
  permissionDenied,
  resourceExhausted,
  type ServingError,
  unauthenticated,
  unavailable,
  unreachable,
  unusableDatabase,
} from '../../core/errors.ts'
import { DriverFailure } from '../sql/driver-failure.ts'
import type { FailureKind } from '../sql/server-connection.ts'

/** Codes of the server (PostgreSQL 17, appendix A). */
const SERIALIZATION_FAILURE = '40001'
const DEADLOCK = '40P01'
const UNIQUE_VIOLATION = '23505'
const UNKNOWN_PREPARED = '26000'
const DUPLICATE_PREPARED = '42P05'

/** What a failure of the driver means for the caller; anything else as it is. Its own messages do not hold the password. */
export function postgresFailure(error: unknown, publicUri: string): unknown {
  if (!(error instanceof DriverFailure)) return error
  const code = codeOf(error.cause)
  const text = textOf(error.cause)
  if (isTimeout(error.cause)) return deadlineExceeded(`The database ${publicUri} took too long: ${text}`)
  if (isLost(code)) {
    return unreachable(`The database ${publicUri} cannot be reached: ${text}`, { cause: error })
  }
  const explain = FAILURES[code] ?? CLASSES[code.slice(0, 2)]
  return explain === undefined
    ? unusableDatabase(`The database ${publicUri} cannot be used: ${text} (${code})`, error)
    : explain(publicUri, text, error)
}

export function kindOfFailure(error: unknown): FailureKind {
  if (!(error instanceof DriverFailure)) return 'other'
  if (isTimeout(error.cause)) return 'silent'
  const code = codeOf(error.cause)
  if (isLost(code)) return 'lost'
  if (code === SERIALIZATION_FAILURE || code === DEADLOCK) return 'conflict'
  if (code === UNIQUE_VIOLATION) return 'duplicate'
  return code === UNKNOWN_PREPARED || code === DUPLICATE_PREPARED ? 'unprepared' : 'other'
}

type Explain = (publicUri: string, text: string, cause: unknown) => ServingError

/** Too long for the column, a number out of range, a text with a NUL; a row that another one needs. */
const refused: Explain = (_, text) => badRequest(`The database does not take this: ${text}`)

const wrongCredentials: Explain = (publicUri, text) =>
  unauthenticated(`The database ${publicUri} does not accept the user and password of its URI: ${text}`)

const notNow: Explain = (publicUri, text, cause) =>
  unavailable(`The database ${publicUri} cannot do this just now: ${text}`, { cause })

const mayNot: Explain = (publicUri, text) =>
  permissionDenied(`The user of the database ${publicUri} may not do this: ${text}`)

const FAILURES: Readonly<Record<string, Explain>> = {
  '28P01': wrongCredentials,
  '28000': wrongCredentials,
  '3D000': (publicUri, text) => notFound(`The server of ${publicUri} has no such database: ${text}`),
  '42501': mayNot,
  '25006': mayNot,
  '53100': (publicUri, text, cause) =>
    resourceExhausted(`There is no room left on the disk of the database ${publicUri}: ${text}`, cause),
  '57014': (publicUri, text) => deadlineExceeded(`The database ${publicUri} took too long: ${text}`),
  '55P03': notNow,
}

/** By the first two characters of a code. */
const CLASSES: Readonly<Record<string, Explain>> = {
  '22': refused,
  '23': refused,
  '40': notNow,
  '53': notNow,
  '58': notNow,
}

/** The connection failed, or the server said that it ends it: the same may succeed on another one. */
function isLost(code: string | undefined): code is undefined {
  if (code === undefined || !isSqlState(code)) return true
  return code.startsWith('08') || /^57P0[1-5]$/.test(code) || code === '53300' || code === '25P03'
}

/** The driver's own text where a server does not answer at all: the next statement would wait as long. */
function isTimeout(error: unknown): boolean {
  return messageOf(error) === 'Query read timeout'
}

/** As opposed to `ECONNREFUSED` and the like: a server answered. */
function isSqlState(code: string): boolean {
  return /^[0-9A-Z]{5}$/.test(code) && !code.startsWith('E')
}

export function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : undefined
}

/** A host with several addresses fails with one error for each, and an empty text of its own. */
function textOf(error: unknown): string {
  if (error instanceof AggregateError) return messageOf(error.errors[0])
  return messageOf(error)
}
