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

/** Error numbers of the server (MySQL 8.4 and MariaDB 10.11, server error reference). */
const DEADLOCK = 1213
const CHANGED_SINCE_READ = 1020
const DUPLICATE = 1062
const UNKNOWN_PREPARED = 1243
/** Too many connections, shutting down, the connection was killed. */
const NO_CONNECTION = new Set([1040, 1053, 1077, 1927, 3169])

/** What a failure of the driver means for the caller; anything else as it is. */
export function mysqlFailure(error: unknown, publicUri: string): unknown {
  if (!(error instanceof DriverFailure)) return error
  const number = numberOf(error.cause)
  const text = textOf(error.cause)
  if (isTimeout(error.cause)) return deadlineExceeded(`The database ${publicUri} took too long: ${text}`)
  if (isLost(number)) {
    return unreachable(`The database ${publicUri} cannot be reached: ${text}`, { cause: error.cause })
  }
  const explain = FAILURES.get(number)
  return explain === undefined
    ? unusableDatabase(`The database ${publicUri} cannot be used: ${text} (${number})`, error.cause)
    : explain(publicUri, text, error.cause)
}

export function kindOfFailure(error: unknown): FailureKind {
  if (!(error instanceof DriverFailure)) return 'other'
  if (isTimeout(error.cause)) return 'silent'
  const number = numberOf(error.cause)
  if (isLost(number)) return 'lost'
  if (number === DEADLOCK || number === CHANGED_SINCE_READ) return 'conflict'
  if (number === DUPLICATE) return 'duplicate'
  return number === UNKNOWN_PREPARED ? 'unprepared' : 'other'
}

type Explain = (publicUri: string, text: string, cause: unknown) => ServingError

const refused: Explain = (_, text) => badRequest(`The database does not take this: ${text}`)

const wrongCredentials: Explain = (publicUri, text) =>
  unauthenticated(`The database ${publicUri} does not accept the user and password of its URI: ${text}`)

const notNow: Explain = (publicUri, text, cause) =>
  unavailable(`The database ${publicUri} cannot do this just now: ${text}`, { cause })

const mayNot: Explain = (publicUri, text) =>
  permissionDenied(`The user of the database ${publicUri} may not do this: ${text}`)

const full: Explain = (publicUri, text, cause) =>
  resourceExhausted(`There is no room left on the disk of the database ${publicUri}: ${text}`, cause)

const FAILURES: ReadonlyMap<number, Explain> = new Map<number, Explain>([
  ...numbers([1045, 1698], wrongCredentials),
  ...numbers([1044, 1142, 1143, 1227, 1290, 1792, 1836], mayNot),
  ...numbers([1049], (publicUri, text) =>
    notFound(`The server of ${publicUri} has no such database: ${text}`),
  ),
  ...numbers([1205, DEADLOCK, CHANGED_SINCE_READ], notNow),
  ...numbers([1021, 1114], full),
  // A key twice, too long, out of range, not this character set, a reference to nothing, a failed check.
  ...numbers(
    [DUPLICATE, 1048, 1153, 1216, 1217, 1264, 1364, 1366, 1390, 1406, 1451, 1452, 3819, 4025],
    refused,
  ),
])

function numbers(list: readonly number[], explain: Explain): [number, Explain][] {
  return list.map((number) => [number, explain])
}

/** The server said nothing, or that it ends the connection: the same may succeed on another one. */
function isLost(number: number | undefined): number is undefined {
  return number === undefined || NO_CONNECTION.has(number)
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'PROTOCOL_SEQUENCE_TIMEOUT'
}

/** Of a server that answered; the driver's own errors and those of sockets have none, or a negative one. */
export function numberOf(error: unknown): number | undefined {
  const number = error instanceof Error && 'errno' in error ? error.errno : undefined
  return typeof number === 'number' && number > 0 ? number : undefined
}

function textOf(error: unknown): string {
  if (error instanceof AggregateError) return messageOf(error.errors[0])
  return messageOf(error)
}
