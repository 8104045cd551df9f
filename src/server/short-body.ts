/** Up to this many bytes a copy as text costs less than a second piece to write. */
const SHORT_BYTES = 4 * 1024

/**
 * A body as text of which each character is one byte, to be written in one piece with its head: a text that need not be
 * measured and encoded once more, and few bytes. Undefined for any other body.
 * @param bytes of the body
 */
export function shortBody(body: string | Uint8Array, bytes: number): string | undefined {
  if (typeof body === 'string') return body.length === bytes ? body : undefined
  if (bytes > SHORT_BYTES) return undefined
  return Buffer.from(body.buffer, body.byteOffset, bytes).toString('latin1')
}
