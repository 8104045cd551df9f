import type { ServingError } from '../core/errors.ts'
import { type Refusal, type RefusalReason, refusalError } from '../runtime/admission/refusal.ts'
import type { Exchange } from './exchange.ts'
import { HTTP_STATUS } from './http-status.ts'
import type { RequestHead } from './request-head.ts'

/** A body up to this size is read and dropped, so that the connection stays usable: a new one costs the client more. */
const SMALL_BODY_BYTES = 64 * 1024

/** All that an answer needs but the seconds. An error is dear for its stack, and here it would always be the same. */
interface Prepared {
  readonly message: string
  readonly status: number
  readonly body: string
  readonly error: ServingError
}

type ByReason = Partial<Record<RefusalReason, Prepared>>

/** For each dialect of errors. */
const PREPARED = new Map<Exchange['errorBody'], ByReason>()

/**
 * Answers a request whose body nobody has read. Overload means that this happens more often than anything else,
 * so that nothing is made anew for it.
 */
export function refuseEarly(exchange: Exchange, refusal: Refusal): void {
  const { status, body, error } = prepared(refusal, exchange.errorBody)
  if (!hasSmallBody(exchange.request)) {
    exchange.refuseBody(status, refusalError(refusal))
    return
  }
  exchange.failure = error
  exchange.headers.push('retry-after', String(refusal.retryAfterSeconds))
  exchange.send(status, 'application/json', body)
}

/** Answers with a status that HTTP has and the error codes have not, before anybody has read the body. */
export function refuseUnread(exchange: Exchange, status: number, error: ServingError): void {
  if (hasSmallBody(exchange.request)) exchange.refuse(status, error)
  else exchange.refuseBody(status, error)
}

function prepared(refusal: Refusal, errorBody: Exchange['errorBody']): Prepared {
  const byReason = preparedIn(errorBody)
  const known = byReason[refusal.reason]
  if (known !== undefined && known.message === refusal.message) return known
  const error = refusalError(refusal)
  const made = {
    message: refusal.message,
    status: HTTP_STATUS[error.code],
    body: errorBody(error),
    error,
  }
  byReason[refusal.reason] = made
  return made
}

function preparedIn(errorBody: Exchange['errorBody']): ByReason {
  let byReason = PREPARED.get(errorBody)
  if (byReason === undefined) {
    byReason = {}
    PREPARED.set(errorBody, byReason)
  }
  return byReason
}

/** node:http reads on by itself and drops what is not read, when the answer is out. */
function hasSmallBody({ headers }: RequestHead): boolean {
  if (headers.expect !== undefined) return false
  const length = headers['content-length']
  return length !== undefined && Number(length) <= SMALL_BODY_BYTES
}
