import type { Answer } from '../client/answer.ts'
import type { Connection } from '../client/connection.ts'
import { ServingError } from '../core/errors.ts'
import type { ArtifactContent, OpenArtifactOptions } from './artifact-repository.ts'

/**
 * The content of a file behind a connection, from where it is to be resumed if the server can do that and still has
 * the same content, else from the start. Either read `chunks` or abort: the connection waits.
 * @param path from the connection's URL on, percent-encoded
 * @throws ServingError RESOURCE_DOES_NOT_EXIST where there is no such file
 */
export async function openContent(
  connection: Connection,
  path: string,
  { resume, signal }: OpenArtifactOptions = {},
): Promise<ArtifactContent> {
  if (resume !== undefined && resume.offset > 0) {
    const headers = { range: `bytes=${resume.offset}-`, 'if-range': resume.validator }
    const answer = await connection.open({ path, headers, statuses: [206, 416] }, { signal })
    const content = answer.status === 200 ? wholeContent(answer) : restOfContent(answer, resume)
    if (content !== undefined) return content
    answer.discard()
  }
  return wholeContent(await connection.open({ path }, { signal }))
}

function wholeContent(answer: Answer): ArtifactContent {
  refuseEncoded(answer)
  return {
    chunks: answer.chunks(),
    offset: 0,
    bytes: answer.contentLength,
    validator: validatorOf(answer),
  }
}

/** Undefined where the part is not the one that was asked for. (RFC 9110, sections 14.4 and 15.3.7) */
function restOfContent(
  answer: Answer,
  { offset, validator }: NonNullable<OpenArtifactOptions['resume']>,
): ArtifactContent | undefined {
  const range = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(answer.headers['content-range'] ?? '')
  if (answer.status !== 206 || range === null) return undefined
  const [first, last, bytes] = range.slice(1).map(Number)
  if (first !== offset || bytes === undefined || last !== bytes - 1) return undefined
  if ((validatorOf(answer) ?? validator) !== validator) return undefined
  refuseEncoded(answer)
  return { chunks: answer.chunks(), offset, bytes, validator }
}

/** A strong ETag, else Last-Modified: what If-Range may hold. (RFC 9110, section 13.1.5) */
function validatorOf({ headers }: Answer): string | undefined {
  const etag = headers['etag']
  return etag?.startsWith('"') ? etag : headers['last-modified']
}

/** `identity` was asked for; decoded content would not be what the length and the ranges speak of. */
function refuseEncoded(answer: Answer): void {
  const encoding = answer.headers['content-encoding']?.trim().toLowerCase()
  if (!encoding || encoding === 'identity') return
  answer.discard()
  throw new ServingError(
    'INVALID_STATE',
    `${answer.url} sends the file as '${encoding}', which was not asked for: a proxy may have compressed it`,
  )
}
