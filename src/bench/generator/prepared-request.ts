import type { ExpectedAnswer } from '../target.ts'
import type { PlannedRequest } from './load-plan.ts'

/** A request as it goes over the wire, made once and sent many times. */
export interface PreparedRequest {
  readonly name: string
  /** Among the requests of the plan. */
  readonly index: number
  /** Of HTTP the whole request; of gRPC its message with the frame. */
  readonly bytes: Buffer
  /** Of gRPC alone, where HTTP has them among the bytes. */
  readonly headers: Readonly<Record<string, string>>
  /** Its answer has a head and no body whatever the head says (RFC 9110, section 9.3.2). */
  readonly headOnly: boolean
  readonly expected: ExpectedAnswer
}

/** @param host what follows `http://`, port included. */
export function httpRequest(request: PlannedRequest, host: string, index = 0): PreparedRequest {
  const body = bytesOf(request.body)
  const method = request.method ?? (body === undefined ? 'GET' : 'POST')
  const headers = new Map([['host', host]])
  if (body !== undefined) headers.set('content-length', String(body.length))
  for (const [name, value] of Object.entries(request.headers ?? {})) headers.set(name.toLowerCase(), value)
  const lines = [`${method} ${request.path} HTTP/1.1`]
  for (const [name, value] of headers) lines.push(`${name}: ${value}`)
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
  return {
    name: request.name,
    index,
    bytes: body === undefined ? head : Buffer.concat([head, body]),
    headers: {},
    headOnly: method === 'HEAD',
    expected: request.expected ?? { status: 200 },
  }
}

/** A message that is not compressed, behind its length (gRPC over HTTP2, Length-Prefixed-Message). */
export function grpcRequest(request: PlannedRequest, authority: string, index = 0): PreparedRequest {
  const body = bytesOf(request.body) ?? Buffer.alloc(0)
  const prefix = Buffer.alloc(5)
  prefix.writeUInt32BE(body.length, 1)
  const headers: Record<string, string> = {
    ':method': 'POST',
    ':path': request.path,
    ':authority': authority,
    'content-type': 'application/grpc',
    te: 'trailers',
  }
  for (const [name, value] of Object.entries(request.headers ?? {})) headers[name.toLowerCase()] = value
  return {
    name: request.name,
    index,
    bytes: Buffer.concat([prefix, body]),
    headers,
    headOnly: false,
    expected: request.expected ?? { status: 0 },
  }
}

function bytesOf(body: string | Uint8Array | undefined): Buffer | undefined {
  if (body === undefined) return undefined
  return typeof body === 'string'
    ? Buffer.from(body)
    : Buffer.from(body.buffer, body.byteOffset, body.byteLength)
}
