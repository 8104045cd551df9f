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

/** Answers 200; compressed where the client takes that and it is worth it. */
export function sendReply(exchange: Exchange, contentType: string, body: string | Uint8Array): void {
  if (body.length < FROM_BYTES) {
    exchange.send(200, contentType, body)
    return
  }
  exchange.headers.push('vary', 'Accept-Encoding')
  const coding = wantedCoding(exchange.request)
  if (coding === undefined) exchange.send(200, contentType, body)
  else sendCompressed(exchange, contentType, body, coding)
}

function sendCompressed(
  exchange: Exchange,
  contentType: string,
  body: string | Uint8Array,
  coding: ContentCoding,
): void {
  const zlib = process.getBuiltinModule('node:zlib')
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  const compressNow = zlib[`${coding}Sync`]
  const send = (compressed: Buffer): void => {
    exchange.headers.push('content-encoding', coding)
    exchange.send(200, contentType, compressed)
  }
  if (bytes.length <= AT_ONCE_BYTES) {
    send(compressNow(bytes, OPTIONS))
  } else if (compressNow(bytes.subarray(0, SAMPLE_BYTES), OPTIONS).length > SAMPLE_BYTES * WORTH) {
    exchange.send(200, contentType, body)
  } else {
    const done: CompressCallback = (error, compressed) => {
      if (error === null) send(compressed)
      else exchange.send(200, contentType, body)
    }
    zlib[coding](bytes, OPTIONS, done)
  }
}
