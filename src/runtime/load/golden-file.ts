import { invalidModel, messageOf } from '../../core/errors.ts'
import { type GoldenRequest, isRefusal } from './golden-request.ts'
import { readIfThere } from './read-if-there.ts'
import { parseReply } from './reply-comparison.ts'
import { mediaTypeOf } from './scoring-sample.ts'

const FILE_NAME = 'golden.jsonl'
const MOST_REQUESTS = 64

/**
 * Reads the first 64 requests of `golden.jsonl` beside the MLmodel file; none where there is no such file.
 * @throws ServingError INVALID_PARAMETER_VALUE where a line is not one.
 */
export async function readGoldenFile(directory: string): Promise<GoldenRequest[]> {
  const bytes = await readIfThere(directory, FILE_NAME)
  if (bytes === undefined) return []
  const lines = new TextDecoder().decode(bytes).split('\n')
  return lines
    .map((text, index) => ({ text, line: index + 1 }))
    .filter(({ text }) => text.trim() !== '')
    .slice(0, MOST_REQUESTS)
    .map(({ text, line }) => parseLine(text, line))
}

function parseLine(text: string, line: number): GoldenRequest {
  const origin = { file: FILE_NAME, line }
  try {
    const {
      content_type: contentType,
      body,
      status = 200,
      resp,
    } = JSON.parse(text) as Record<string, unknown>
    if (typeof contentType !== 'string') throw new TypeError("'content_type' is not a text")
    if (typeof status !== 'number') throw new TypeError("'status' is not a number")
    if (typeof resp !== 'string') throw new TypeError("'resp' is not a text")
    const reply = isRefusal(status) ? undefined : parseReply(resp)
    return { origin, status, reply, body: bodyBytes(body), mediaType: mediaTypeOf(contentType) }
  } catch (error) {
    throw invalidModel(`Line ${line} of ${FILE_NAME} cannot be read: ${messageOf(error)}`, {
      details: origin,
      cause: error,
    })
  }
}

/** Text, or `{"b64": …}` for a body that is not text. */
function bodyBytes(body: unknown): Uint8Array {
  if (typeof body === 'string') return Buffer.from(body)
  const base64 = typeof body === 'object' && body !== null && 'b64' in body ? body.b64 : undefined
  if (typeof base64 !== 'string') throw new TypeError('\'body\' is neither a text nor {"b64": …}')
  return Buffer.from(base64, 'base64')
}
