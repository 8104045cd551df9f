import { badRequest } from '../core/errors.ts'
import type { RequestHead } from './request-head.ts'

/** Milliseconds that the client will wait, counted from its headers. It shortens the server's own limit, never more. */
const HEADER = 'x-headrace-timeout-ms'

/** More digits than a year has milliseconds. */
const MAX_DIGITS = 12

/**
 * What the client asked for; undefined where it asked for nothing.
 * @throws ServingError BAD_REQUEST
 */
export function wantedTimeoutMs({ headers }: Pick<RequestHead, 'headers'>): number | undefined {
  const value = headers[HEADER]
  if (value === undefined) return undefined
  const ms = Number(value)
  if (typeof value === 'string' && /^\d+$/.test(value) && value.length <= MAX_DIGITS && ms > 0) return ms
  throw badRequest(
    `The header X-Headrace-Timeout-Ms must be a whole number of milliseconds from 1 up, not '${value}'.`,
  )
}
