import {
  invalidParameter,
  messageOf,
  notFound,
  ServingError,
  unauthenticated,
  unreachable,
  unusableDatabase,
} from '../../core/errors.ts'

/** Codes of the server that say: not now (PostgreSQL 17, appendix A). */
const PASSING = new Set(['53300', '57P01', '57P02', '57P03'])
/** A value that no column of this kind can hold: too great a number, a text with a NUL. */
const IMPOSSIBLE_VALUE = new Set(['22003', '22021', '22P02'])
const WRONG_CREDENTIALS = new Set(['28P01', '28000'])

/** What a failure of the driver means for the caller. Its own messages do not hold the password. */
export function postgresFailure(error: unknown, publicUri: string): unknown {
  if (error instanceof ServingError) return error
  const code = codeOf(error)
  const text = textOf(error)
  if (code !== undefined && WRONG_CREDENTIALS.has(code)) {
    return unauthenticated(
      `The database ${publicUri} does not accept the user and password of its URI: ${text}`,
    )
  }
  if (code === '3D000') return notFound(`The server of ${publicUri} has no such database: ${text}`)
  if (code !== undefined && IMPOSSIBLE_VALUE.has(code)) return invalidParameter(`No such value: ${text}`)
  if (code === undefined || PASSING.has(code) || !isSqlState(code)) {
    return unreachable(`The database ${publicUri} cannot be reached: ${text}`, { cause: error })
  }
  return unusableDatabase(`The database ${publicUri} cannot be read: ${text} (${code})`, error)
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
