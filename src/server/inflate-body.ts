import type { Transform } from 'node:stream'
import { badRequest, messageOf, type ServingError } from '../core/errors.ts'
import type { ContentCoding } from './content-coding.ts'
import { ReceivedBytes } from './received-bytes.ts'

/** A body up to this size is inflated at once where not much comes of it: other threads would take longer to ask. */
const SMALL_BYTES = 16 * 1024
const SMALL_INFLATED_BYTES = 64 * 1024

/** Of what is inflated in another thread, so much comes at a time. */
const CHUNK_BYTES = 256 * 1024

/** The first byte of a zlib stream names its method (RFC 1950, section 2.2), … */
const DEFLATE_METHOD = 8
/** … and with the second it is a multiple of this. */
const HEADER_CHECK = 31

/** Asked for every piece before it is kept: false, or an error of its own, where no more is wanted. */
export type KeepsInflated = (bytes: number) => boolean

/**
 * What was sent compressed. `deflate` is zlib's format (RFC 9110, section 8.4.1.2); bare deflate data, which some
 * clients send, is told from it by its first bytes. Large bodies are inflated in another thread.
 * @returns undefined where `keeps` has said no, which ends it.
 * @throws ServingError BAD_REQUEST where it is not data of that coding, or ends too early; what `keeps` throws.
 */
export async function inflateBody(
  body: Buffer,
  coding: ContentCoding,
  keeps: KeepsInflated,
): Promise<Buffer | undefined> {
  // Loaded with the first such body: few clients send one.
  const zlib = process.getBuiltinModule('node:zlib')
  const format = coding === 'gzip' ? 'gunzip' : isZlib(body) ? 'inflate' : 'inflateRaw'
  if (body.length <= SMALL_BYTES) {
    const inflate = () => zlib[`${format}Sync`](body, { maxOutputLength: SMALL_INFLATED_BYTES })
    const inflated = smallInflated(inflate, coding)
    if (inflated !== undefined) return keeps(inflated.length) ? inflated : undefined
  }
  const create = { gunzip: zlib.createGunzip, inflate: zlib.createInflate, inflateRaw: zlib.createInflateRaw }
  return await collected(create[format]({ chunkSize: CHUNK_BYTES }), body, coding, keeps)
}

/** Undefined where too much comes of it. */
function smallInflated(inflate: () => Buffer, coding: ContentCoding): Buffer | undefined {
  try {
    return inflate()
  } catch (error) {
    if (isTooLarge(error)) return undefined
    throw corrupt(coding, error)
  }
}

function collected(
  inflate: Transform,
  body: Buffer,
  coding: ContentCoding,
  keeps: KeepsInflated,
): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const received = new ReceivedBytes(0)
    const isWanted = (bytes: number): boolean => {
      try {
        return keeps(bytes)
      } catch (error) {
        reject(error)
        return false
      }
    }
    inflate.on('data', (chunk: Buffer) => {
      if (isWanted(chunk.length)) {
        received.append(chunk)
      } else {
        inflate.destroy()
        resolve(undefined)
      }
    })
    inflate.once('end', () => resolve(received.bytes()))
    inflate.once('error', (error) => reject(corrupt(coding, error)))
    inflate.end(body)
  })
}

function isZlib(body: Buffer): boolean {
  if (body.length < 2) return true
  return (body[0]! & 0x0f) === DEFLATE_METHOD && body.readUInt16BE(0) % HEADER_CHECK === 0
}

function isTooLarge(error: unknown): boolean {
  return error instanceof RangeError
}

function corrupt(coding: ContentCoding, error: unknown): ServingError {
  return badRequest(`The request body is not valid ${coding} data: ${messageOf(error)}.`)
}
