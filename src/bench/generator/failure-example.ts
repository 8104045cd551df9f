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
  NOT_HTTP: 'what came back is no HTTP/1.1',
  EMFILE: 'this process may not open more connections (ulimit -n)',
  EADDRNOTAVAIL: 'this machine has no ports left for more connections',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate of the server is signed by itself alone',
  SELF_SIGNED_CERT_IN_CHAIN: 'the certificate of the server is signed by an authority that is not known',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'the certificate of the server is signed by an authority that is not known',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate of the server is for another name',
}
