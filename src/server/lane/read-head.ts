import type { LaneHead, LaneRoutes } from './lane-head.ts'

/** A larger body goes through node:http, where its memory is counted as it comes. */
export const MOST_BODY_BYTES = 64 * 1024

/** No character that a path can have in two forms: an escape, a query or a fragment is left to the router. */
const REQUEST_LINE = /^POST (\/[A-Za-z0-9/:._~-]+) HTTP\/1\.1\r\n/

/** A name without the odder signs of a token, one space, visible characters with blanks among them alone. */
const HEADER = /([A-Za-z][A-Za-z0-9-]*): ([\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?)\r\n/y

/** Digits in the one way in which a number can be written. */
const LENGTH = /^(?:0|[1-9][0-9]{0,5})$/

/** They say how the message is framed, or what the connection is to become, or have a form of their own in node:http. */
const LEFT_TO_NODE: ReadonlySet<string> = new Set([
  ...['transfer-encoding', 'te', 'trailer', 'expect', 'upgrade', 'http2-settings'],
  ...['proxy-connection', 'keep-alive', 'set-cookie'],
])

/** Headers of which each request has another value, or each user. */
export const CHANGING_HEADERS: readonly string[] = ['x-request-id', 'traceparent', 'tracestate', 'date']

/**
 * Recognises the one shape of request that the lane takes. It is no parser: what is not literally of that shape, right or
 * wrong, is undefined here and read by node:http.
 * @param text of a head in Latin-1, to the first empty line and with it.
 * @param changing headers with which a head is not expected to come again.
 */
export function readHead(
  text: string,
  routes: LaneRoutes,
  changing = CHANGING_HEADERS,
): LaneHead | undefined {
  const line = REQUEST_LINE.exec(text)
  if (line === null) return undefined
  const [{ length }, url = ''] = line
  const headers = readHeaders(text, length)
  if (headers === undefined) return undefined
  const contentLength = lengthOf(headers)
  const answer = routes(url)
  if (contentLength === undefined || headers['host'] === undefined || answer === undefined) return undefined
  const recurs = !changing.some((name) => headers[name] !== undefined)
  const octets = recurs ? ownOctets(text) : Buffer.from(text, 'latin1')
  return { method: 'POST', url, headers, contentLength, answer, octets, recurs }
}

/** Of a head that is kept: in the memory that buffers share it would keep all that is there with it. */
function ownOctets(text: string): Buffer {
  const octets = Buffer.allocUnsafeSlow(text.length)
  octets.write(text, 'latin1')
  return octets
}

/** By their names in lower case; undefined where one is twice there or not for the lane. */
function readHeaders(text: string, from: number): Record<string, string> | undefined {
  const headers: Record<string, string> = {}
  const end = text.length - '\r\n'.length
  let at = from
  while (at < end) {
    HEADER.lastIndex = at
    const match = HEADER.exec(text)
    if (match === null) return undefined
    const [{ length }, given = '', value = ''] = match
    const name = given.toLowerCase()
    if (name in headers || !isTaken(name, value)) return undefined
    headers[name] = value
    at += length
  }
  return at === end && text.endsWith('\r\n') ? headers : undefined
}

function isTaken(name: string, value: string): boolean {
  if (name === 'connection') return value.toLowerCase() === 'keep-alive'
  return !LEFT_TO_NODE.has(name)
}

function lengthOf(headers: Readonly<Record<string, string>>): number | undefined {
  const value = headers['content-length']
  if (value === undefined || !LENGTH.test(value)) return undefined
  const length = Number(value)
  return length <= MOST_BODY_BYTES ? length : undefined
}
