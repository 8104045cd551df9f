import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib'
import { messageOf } from '../../core/errors.ts'
import { checkAnswer } from '../answer-check.ts'
import type { AnswerCheck, Dialect } from '../target.ts'
import { type Answer, MOST_KEPT } from './call.ts'

type Decoder = (body: Buffer, options: { readonly maxOutputLength: number }) => Buffer

/** By the codings of RFC 9110, section 8.4.1, and of RFC 7932 and RFC 8878. */
const DECODERS: Readonly<Record<string, Decoder>> = {
  gzip: gunzipSync,
  'x-gzip': gunzipSync,
  deflate: inflateSync,
  br: brotliDecompressSync,
  zstd: zstdDecompressSync,
}

const EMPTY = Buffer.alloc(0)

/** Why an answer with the status that was expected is wrong all the same; undefined where it is right. */
export function wrongnessOf(
  check: AnswerCheck | undefined,
  dialect: Dialect,
  { body = EMPTY, contentEncoding }: Answer,
): string | undefined {
  if (check === undefined) return undefined
  if (contentEncoding === undefined || contentEncoding === 'identity') {
    return checkAnswer(check, dialect, body)
  }
  const decode = DECODERS[contentEncoding.toLowerCase()]
  if (decode === undefined) return `compressed by ${contentEncoding}, which is not read`
  let whole: Buffer
  try {
    whole = decode(body, { maxOutputLength: MOST_KEPT })
  } catch (error) {
    return `compressed by ${contentEncoding}, which cannot be read: ${messageOf(error)}`
  }
  return checkAnswer(check, dialect, whole)
}
