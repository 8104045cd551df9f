import type { Answer } from './call.ts'

const LONGEST = 200

/** What a person wants to know of an answer with another status than was expected. */
export function statusExample({ status, location, message, body }: Answer): string {
  if (location !== undefined) {
    return shortened(`${status}, a redirect to ${location}: measure that address, redirects are not followed`)
  }
  const said = message ?? body?.toString('utf8').trim()
  return said === undefined || said === '' ? `${status} without a word` : shortened(`${status}: ${said}`)
}

/** What a person wants to know of a connection that failed. */
export function codeExample(code: string): string {
  return CODES[code] ?? code
}

export function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ')
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST - 1)}…`
}

const CODES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the server reset the connection before its answer was complete',
  CLOSED: 'the server closed the connection before its answer was complete',
  EPIPE: 'the server closed the connection before the request was sent',
  NOT_HTTP: 'what came back is no HTTP/1.1',
  ETIMEDOUT: 'no connection was made in time',
  EHOSTUNREACH: 'no way leads to that machine',
  ENETUNREACH: 'no way leads to that machine',
  ENOTFOUND: 'no machine is known by that name',
  EAI_AGAIN: 'no machine is known by that name at present',
  EMFILE: 'this process may not open more connections (ulimit -n)',
  EADDRNOTAVAIL: 'this machine has no ports left for more connections',
  ERR_SSL_WRONG_VERSION_NUMBER: 'what came back is no TLS: is it http, or grpc?',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'what came back is no TLS: is it http, or grpc?',
  EPROTO: 'no TLS that both sides know: is it http, or grpc?',
  CERT_HAS_EXPIRED: 'the certificate of the server has expired',
  CERT_NOT_YET_VALID: 'the certificate of the server is not valid yet',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate of the server is signed by itself alone',
  SELF_SIGNED_CERT_IN_CHAIN: 'the certificate of the server is signed by an authority that is not known',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'the certificate of the server is signed by an authority that is not known',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate of the server is for another name',
  NO_GRPC_STATUS: 'the answer has no status of gRPC',
  REFUSED_STREAM: 'the server takes no further calls on a connection',
  ENHANCE_YOUR_CALM: 'the server finds these too many calls',
  ERR_HTTP2_ERROR: 'what came back is no HTTP/2',
}
