import type { IncomingMessage } from 'node:http'
import { badRequest } from '../core/errors.ts'
import { type Refusal, refusalError } from '../runtime/admission/refusal.ts'
import { refuseEarly } from './early-refusal.ts'
import type { Exchange } from './exchange.ts'
import type { ServerLimits } from './server-options.ts'

const FIRST_CAPACITY = 64 * 1024
const SHARED_FROM_BYTES = 1024 * 1024
/** Of a body of which so much has come, the length that was announced is believed: memory not written to costs nothing. */
const LARGE_BYTES = 8 * 1024 * 1024

/** What refuses a body that there is no room for, and counts it. */
export interface BodyAdmission {
  refuseBytes(): Refusal
}

/**
 * Reads request bodies into memory, within the bound of each and of all of them together. A body counts until it
 * is released, since what is decoded from it and waits takes about as much.
 */
export class BodyReader {
  readonly #maxBytes: number
  readonly #maxBufferedBytes: number
  readonly #timeoutMs: number
  #bufferedBytes = 0

  constructor(limits: ServerLimits) {
    this.#maxBytes = limits.bodyBytes
    this.#maxBufferedBytes = limits.bufferedBytes
    this.#timeoutMs = limits.bodyTimeoutMs
  }

  /** Bytes of all bodies that are being received, wait or are worked on. */
  get bufferedBytes(): number {
    return this.#bufferedBytes
  }

  /**
   * The whole body. Undefined when there is nothing left to do: the body was too large or too slow (answered
   * here, 413, 503 or 408), or the client left.
   */
  read(exchange: Exchange, admission: BodyAdmission): Promise<Buffer | undefined> {
    const { request } = exchange
    const announced = announcedLength(request)
    if (announced > this.#maxBytes) {
      this.#refuseTooLarge(exchange)
      return Promise.resolve(undefined)
    }
    if (this.#isFull(announced, 0)) {
      refuseEarly(exchange, admission.refuseBytes())
      return Promise.resolve(undefined)
    }
    exchange.receiving = true
    exchange.limitTo(performance.now() + this.#timeoutMs)
    if (request.headers.expect !== undefined) exchange.response.writeContinue()
    return new Promise((resolve) => this.#collect(exchange, admission, resolve))
  }

  /** Forgets the body of an exchange that is over. */
  release(exchange: Exchange): void {
    this.#bufferedBytes -= exchange.heldBytes
    exchange.heldBytes = 0
  }

  /** A body that is alone is taken however large it is, as long as it is within its own bound. */
  #isFull(more: number, own: number): boolean {
    return this.#bufferedBytes > own && this.#bufferedBytes + more > this.#maxBufferedBytes
  }

  #collect(exchange: Exchange, admission: BodyAdmission, resolve: (body: Buffer | undefined) => void): void {
    const { request } = exchange
    const body = new Body(announcedLength(request))
    let done = false
    const finish = (result: Buffer | undefined): void => {
      if (done) return
      done = true
      request.off('data', take)
      exchange.receiving = false
      if (result === undefined) this.release(exchange)
      resolve(result)
    }
    const take = (chunk: Buffer): void => {
      body.append(chunk)
      this.#bufferedBytes += chunk.length
      exchange.heldBytes += chunk.length
      if (body.length > this.#maxBytes) {
        finish(undefined)
        this.#refuseTooLarge(exchange)
      } else if (this.#isFull(0, body.length)) {
        finish(undefined)
        exchange.refuseBody(503, refusalError(admission.refuseBytes()))
      }
    }
    request.on('data', take)
    request.on('end', () => finish(body.bytes()))
    request.on('error', () => finish(undefined))
  }

  #refuseTooLarge(exchange: Exchange): void {
    exchange.refuseBody(
      413,
      badRequest(`The request body is larger than the limit of ${this.#maxBytes} bytes.`),
    )
  }
}

/** The `Content-Length`; 0 for a chunked body. The parser has refused anything but digits. */
function announcedLength(request: IncomingMessage): number {
  return Number(request.headers['content-length'] ?? 0)
}

/**
 * The bytes received so far. A body that came as one chunk is that chunk; more of them are copied together at
 * once, since a list of them would let a client of one-byte chunks fill the heap with a hundred bytes for each.
 */
class Body {
  length = 0
  readonly #announced: number
  #buffer: Buffer = Buffer.alloc(0)

  constructor(announced: number) {
    this.#announced = announced
  }

  append(chunk: Buffer): void {
    const end = this.length + chunk.length
    if (this.length === 0) this.#buffer = chunk
    else this.#copyIn(chunk, end)
    this.length = end
  }

  bytes(): Buffer {
    return this.#buffer.subarray(0, this.length)
  }

  #copyIn(chunk: Buffer, end: number): void {
    if (this.#ownsNot() || end > this.#buffer.length) this.#grow(end)
    this.#buffer.set(chunk, this.length)
  }

  /** The first chunk is the socket's memory, full to its end. */
  #ownsNot(): boolean {
    return this.#buffer.length === this.length
  }

  /**
   * Doubles; never beyond what was announced, and up to it only when a good part of that many bytes is really there:
   * copying a large body over and over would keep everyone else waiting.
   */
  #grow(end: number): void {
    const doubled = Math.max(end, FIRST_CAPACITY, this.#buffer.length * 2)
    const wanted = end >= LARGE_BYTES ? Number.POSITIVE_INFINITY : doubled
    const larger = allocate(this.#announced >= end ? Math.min(wanted, this.#announced) : doubled)
    larger.set(this.bytes())
    this.#buffer = larger
  }
}

/** A large body lies in memory that a worker thread can read too, which need not be copied once more then. */
function allocate(bytes: number): Buffer {
  return bytes < SHARED_FROM_BYTES ? Buffer.allocUnsafe(bytes) : Buffer.from(new SharedArrayBuffer(bytes))
}
