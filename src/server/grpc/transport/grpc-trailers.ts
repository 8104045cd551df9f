import type { ServingError } from '../../../core/errors.ts'
import { GRPC, GRPC_STATUS } from '../../grpc-status.ts'
import { statusMessage } from './grpc-headers.ts'

export type Trailers = Readonly<Record<string, string | number>>

/** What a client may compress its messages with. */
const TAKEN_CODINGS = 'identity,gzip,deflate'

/** Whoever gets one of these may try again. */
const COME_BACK: ReadonlySet<string> = new Set(['TEMPORARILY_UNAVAILABLE', 'REQUEST_LIMIT_EXCEEDED'])

/** The status of a call, a good one where there is no error, and when it may be tried again. */
export function statusTrailers(error: ServingError | undefined): Trailers {
  if (error === undefined) return { 'grpc-status': GRPC.ok }
  const status = {
    'grpc-status': GRPC_STATUS[error.code],
    'grpc-message': statusMessage(error.message),
  }
  if (error.code === 'NOT_IMPLEMENTED') return { ...status, 'grpc-accept-encoding': TAKEN_CODINGS }
  const { retryAfterSeconds = COME_BACK.has(error.code) ? 1 : undefined } = error
  if (retryAfterSeconds === undefined) return status
  return {
    ...status,
    'retry-after': String(Math.ceil(retryAfterSeconds)),
    'grpc-retry-pushback-ms': String(Math.ceil(retryAfterSeconds * 1000)),
  }
}
