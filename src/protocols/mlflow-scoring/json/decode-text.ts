import { isUtf8 } from 'node:buffer'

/**
 * The text of a body in UTF-8, a byte order mark left out as `json.loads` does; undefined where the octets are
 * not UTF-8.
 */
export function decodeUtf8(body: Uint8Array): string | undefined {
  if (!isUtf8(body)) return undefined
  const octets = Buffer.isBuffer(body) ? body : Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  const hasMark = octets[0] === 0xef && octets[1] === 0xbb && octets[2] === 0xbf
  return hasMark ? octets.toString('utf8', 3) : octets.toString()
}
