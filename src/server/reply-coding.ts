import type { CompressCallback, ZlibOptions } from 'node:zlib'
import { type ContentCoding, wantedCoding } from './content-coding.ts'
import type { Exchange } from './exchange.ts'

/** A smaller reply fits into one packet of Ethernet as it is, and compressing it would take twice as long as making it. */
const FROM_BYTES = 1400
/** Up to this it takes less time than to ask another thread. */
const AT_ONCE_BYTES = 8 * 1024

/** The first bytes of a large reply tell what the rest is like: binary tensors of measured values hardly shrink. */
const SAMPLE_BYTES = 4 * 1024
const WORTH = 0.85

/** Each further level takes longer by half and saves a few per cent. */
const OPTIONS: ZlibOptions = { level: 1 }

/** What a model's answer goes out as. */
export interface ReplyContent {
  readonly contentType: string
  readonly body: string | Uint8Array
  /** Bytes of JSON before binary tensors, to be told to the client; absent where all of the body is one thing. */
  readonly headerLength?: number
}

/** Answers 200; compressed where the client takes that and it is worth it. */
export function sendReply(exchange: Exchange, content: ReplyContent): void {
  if (content.body.length < FROM_BYTES) {
    send(exchange, content)
    return
  }
  exchange.headers.push('vary', 'Accept-Encoding')
  const coding = wantedCoding(exchange.request)
  if (coding === undefined) send(exchange, content)
  else sendCompressed(exchange, content, coding)
}

/** While a reply was compressed another one may have got ready, as that the time is over: what is said here is not of that. */
function send(exchange: Exchange, { contentType, body, headerLength }: ReplyContent, coding?: string): void {
  if (exchange.status !== 0) return
  const { headers } = exchange
  if (coding !== undefined) headers.push('content-encoding', coding)
  if (headerLength !== undefined) headers.push('inference-header-content-length', String(headerLength))
  exchange.send(200, contentType, body)
}

function sendCompressed(exchange: Exchange, content: ReplyContent, coding: ContentCoding): void {
  const zlib = process.getBuiltinModule('node:zlib')
  const { body } = content
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  const compressNow = zlib[`${coding}Sync`]
  if (bytes.length <= AT_ONCE_BYTES) {
    send(exchange, { ...content, body: compressNow(bytes, OPTIONS) }, coding)
  } else if (compressNow(bytes.subarray(0, SAMPLE_BYTES), OPTIONS).length > SAMPLE_BYTES * WORTH) {
    send(exchange, content)
  } else {
    const done: CompressCallback = (error, compressed) => {
      if (error === null) send(exchange, { ...content, body: compressed }, coding)
      else send(exchange, content)
    }
    zlib[coding](bytes, OPTIONS, done)
  }
}
