import { randomBytes } from 'node:crypto'
import type { RequestHead } from './request-head.ts'

/** What may go into logs and headers as it is. */
const SANE = /^[\w.:+/=@-]{1,128}$/

export function isPlainId(id: string): boolean {
  return SANE.test(id)
}

const prefix = randomBytes(6).toString('hex')
let count = 0

/** The client's `X-Request-Id` where it is short and plain, else one that is unique to this process and request. */
export function requestId(request: Pick<RequestHead, 'headers'>): string {
  const given = request.headers['x-request-id']
  if (typeof given === 'string' && isPlainId(given)) return given
  count += 1
  return `${prefix}-${count.toString(36)}`
}
