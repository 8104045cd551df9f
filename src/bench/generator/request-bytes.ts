import type { PlannedRequest } from './load-plan.ts'

/** A request as it goes over the wire, made once and sent many times. */
export interface RequestBytes {
  readonly name: string
  readonly bytes: Buffer
  /** Its answer has a head and no body whatever the head says (RFC 9110, section 9.3.2). */
  readonly headOnly: boolean
}

/** @param host what follows `http://`, port included. */
export function requestBytes(request: PlannedRequest, host: string): RequestBytes {
  const body = request.body === undefined ? undefined : Buffer.from(request.body as Uint8Array)
  const method = request.method ?? (body === undefined ? 'GET' : 'POST')
  const headers = new Map([['host', host]])
  if (body !== undefined) headers.set('content-length', String(body.length))
  for (const [name, value] of Object.entries(request.headers ?? {})) headers.set(name.toLowerCase(), value)
  const lines = [`${method} ${request.path} HTTP/1.1`]
  for (const [name, value] of headers) lines.push(`${name}: ${value}`)
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
  return {
    name: request.name,
    bytes: body === undefined ? head : Buffer.concat([head, body]),
    headOnly: method === 'HEAD',
  }
}
