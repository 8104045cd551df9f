import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import { posix } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { ArtifactFolder, OpenArtifactFile } from '../../../artifacts/artifact-folder.ts'
import { mediaTypeOf } from '../../../artifacts/media-type.ts'
import { internalError } from '../../../core/errors.ts'
import type { ArtifactCall } from './artifact-call.ts'
import { attachment } from './attachment.ts'
import { type ByteRange, readByteRange } from './byte-range.ts'

/** What is read from a file at a time. */
const CHUNK_BYTES = 512 * 1024

/**
 * Answers with a file of a folder, or with the part of it that is asked for, in constant memory and no faster than
 * it is taken.
 * @throws ServingError where there is no such file
 */
export async function sendArtifact(call: ArtifactCall, folder: ArtifactFolder, path: string): Promise<void> {
  const file = await folder.open(path)
  try {
    await sendFile(call, file, path)
  } finally {
    await file.handle.close()
  }
}

async function sendFile(call: ArtifactCall, file: OpenArtifactFile, path: string): Promise<void> {
  const { request, response } = call
  const headers = headersOf(file, path)
  const { etag } = headers
  if (request.headers['if-none-match']?.split(/\s*,\s*/).includes(etag)) {
    response.writeHead(304, { etag }).end()
    return
  }
  const range = rangeOf(request, file, headers)
  if (range === 'unsatisfiable') {
    response.writeHead(416, { 'content-range': `bytes */${file.bytes}`, 'content-length': 0 }).end()
    return
  }
  response.writeHead(range === undefined ? 200 : 206, withLength(headers, file, range))
  if (request.method === 'HEAD' || file.bytes === 0) return void response.end()
  await sendContent(call, file, range ?? { start: 0, end: file.bytes - 1 })
}

/** Of a file that gets shorter while it is sent the client would wait for the rest, or take the next answer for it. */
async function sendContent(
  { response, failed }: ArtifactCall,
  { handle }: OpenArtifactFile,
  { start, end }: ByteRange,
): Promise<void> {
  const content = handle.createReadStream({ start, end, highWaterMark: CHUNK_BYTES })
  // Before the connection is cut, which looks as if the client had left.
  content.once('error', failed)
  await pipeline(content, response, { end: false })
  if (content.bytesRead <= end - start) throw internalError('The artifact got shorter while it was sent')
  response.end()
}

/** A type that a browser runs does no harm: the file is saved and not shown, and were it shown, it could do nothing. */
function headersOf(file: OpenArtifactFile, path: string) {
  return {
    'content-type': mediaTypeOf(posix.basename(path)),
    'content-disposition': attachment(path.slice(path.lastIndexOf('/') + 1)),
    'x-content-type-options': 'nosniff',
    'content-security-policy': "sandbox; default-src 'none'",
    'accept-ranges': 'bytes',
    'cache-control': 'no-cache',
    'last-modified': file.modified.toUTCString(),
    etag: `"${file.version}"`,
  } as const satisfies OutgoingHttpHeaders
}

/** A part is sent of the content that the client has begun to fetch, and of no other (RFC 9110, section 13.1.5). */
function rangeOf(
  request: IncomingMessage,
  file: OpenArtifactFile,
  headers: ReturnType<typeof headersOf>,
): ByteRange | 'unsatisfiable' | undefined {
  const condition = request.headers['if-range']
  if (condition !== undefined && condition !== headers.etag && condition !== headers['last-modified'])
    return undefined
  return readByteRange(request.headers.range, file.bytes)
}

function withLength(
  headers: OutgoingHttpHeaders,
  { bytes }: OpenArtifactFile,
  range: ByteRange | undefined,
): OutgoingHttpHeaders {
  if (range === undefined) return { ...headers, 'content-length': bytes }
  const { start, end } = range
  return { ...headers, 'content-length': end - start + 1, 'content-range': `bytes ${start}-${end}/${bytes}` }
}
