import type { IncomingMessage } from 'node:http'
import { invalidParameter } from '../../../core/errors.ts'

const MAX_BYTES = 10 * 1024 * 1024

/**
 * All of a body.
 * @throws ServingError INVALID_PARAMETER_VALUE for one of more than 10 MB, with `tooLarge` as its text
 */
export async function readSmallBody(
  request: IncomingMessage,
  tooLarge = 'The body of the request is too large. Max size is 10MB.',
): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_BYTES) throw invalidParameter(tooLarge)
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request) {
    bytes += chunk.length
    if (bytes > MAX_BYTES) throw invalidParameter(tooLarge)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
