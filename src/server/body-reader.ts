import { badRequest, type ServingError } from '../core/errors.ts'
import { type Refusal, refusalError } from '../runtime/admission/refusal.ts'
import { type ContentCoding, codingOf, TAKEN_CODINGS } from './content-coding.ts'
import { refuseEarly, refuseUnread } from './early-refusal.ts'
import type { Exchange } from './exchange.ts'
import { inflateBody } from './inflate-body.ts'
import { ReceivedBytes } from './received-bytes.ts'
import type { BodySink } from './reply-channel.ts'
import type { RequestHead } from './request-head.ts'
import type { ServerLimits } from './server-options.ts'

/** What refuses a body that there is no room for, and counts it. */
export interface BodyAdmission {
  refuseBytes(): Refusal
}

/** A request whose bytes count as long as it is not answered. */
export interface BytesHolder {
  heldBytes: number
}

const NOTHING = Promise.resolve(undefined)

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
   * The whole body where that is there already, as it is and within all bounds; else undefined, and `read` is to be
   * called. For the hot path, which takes no promise.
   */
  take(exchange: Exchange): Buffer | undefined {
    const { body } = exchange
    if (body === undefined || body.length > this.#maxBytes || this.isFull(body.length, 0)) return undefined
    if (codingOf(exchange.request) !== 'identity') return undefined
    this.hold(exchange, body.length)
    return body
  }

  /**
   * The whole body, inflated where it came compressed. Undefined when there is nothing left to do: the body was too
   * large, too slow or of a coding that is not known (answered here, 413, 503, 408 or 415), or the client left.
   * @throws ServingError BAD_REQUEST where it is not what its coding says.
   */
  read(exchange: Exchange, admission: BodyAdmission): Promise<Buffer | undefined> {
    const coding = codingOf(exchange.request)
    if (coding === 'identity') return this.#receive(exchange, admission)
    if (coding === undefined) {
      refuseCoding(exchange)
      return NOTHING
    }
    return this.#inflate(exchange, admission, coding)
  }

  /** Counts bytes that a request holds, whichever way it came; a negative number where it holds so many less. */
  hold(holder: BytesHolder, bytes: number): void {
    this.#bufferedBytes += bytes
    holder.heldBytes += bytes
  }

  /** Forgets the body of an exchange that is over. */
  release(holder: BytesHolder): void {
    this.#bufferedBytes -= holder.heldBytes
    holder.heldBytes = 0
  }

  #receive(exchange: Exchange, admission: BodyAdmission): Promise<Buffer | undefined> {
    const { request } = exchange
    const announced = announcedLength(request)
    if (announced > this.#maxBytes) {
      this.#refuseTooLarge(exchange)
      return NOTHING
    }
    if (this.isFull(announced, 0)) {
      refuseEarly(exchange, admission.refuseBytes())
      return NOTHING
    }
    if (exchange.body !== undefined) {
      this.hold(exchange, exchange.body.length)
      return Promise.resolve(exchange.body)
    }
    exchange.receiving = true
    exchange.limitTo(exchange.startedAt + this.#timeoutMs)
    if (request.headers.expect !== undefined) exchange.channel.proceed()
    return new Promise((resolve) => this.#collect(exchange, admission, resolve))
  }

  /** A body that is alone is taken however large it is, as long as it is within its own bound. */
  isFull(more: number, own: number): boolean {
    return this.#bufferedBytes > own && this.#bufferedBytes + more > this.#maxBufferedBytes
  }

  #collect(exchange: Exchange, admission: BodyAdmission, resolve: (body: Buffer | undefined) => void): void {
    const { request } = exchange
    const body = new ReceivedBytes(announcedLength(request), headLength(request))
    let done = false
    const finish = (result: Buffer | undefined): void => {
      if (done) return
      done = true
      stop()
      exchange.receiving = false
      if (result === undefined) this.release(exchange)
      resolve(result)
    }
    const take = (chunk: Buffer): void => {
      if (done) return
      body.append(chunk)
      this.hold(exchange, chunk.length)
      if (body.length > this.#maxBytes) {
        finish(undefined)
        this.#refuseTooLarge(exchange)
      } else if (this.isFull(0, body.length)) {
        finish(undefined)
        exchange.refuseBody(503, refusalError(admission.refuseBytes()))
      }
    }
    const sink: BodySink = { take, end: () => finish(body.bytes()), fail: () => finish(undefined) }
    const stop = exchange.channel.receive(sink)
  }

  /** What comes out counts as it comes: a few bytes can stand for all that there is room for. */
  async #inflate(
    exchange: Exchange,
    admission: BodyAdmission,
    coding: ContentCoding,
  ): Promise<Buffer | undefined> {
    const body = await this.#receive(exchange, admission)
    if (body === undefined) return undefined
    let length = 0
    const inflated = await inflateBody(body, coding, (bytes) => {
      length += bytes
      this.hold(exchange, bytes)
      return this.#mayKeep(exchange, admission, length)
    })
    this.hold(exchange, -body.length)
    return inflated
  }

  /** Answers the exchange where it may not. */
  #mayKeep(exchange: Exchange, admission: BodyAdmission, length: number): boolean {
    if (exchange.status !== 0) return false
    if (length > this.#maxBytes) {
      exchange.refuse(413, this.#tooLarge('The inflated request body'))
      return false
    }
    if (!this.isFull(0, exchange.heldBytes)) return true
    exchange.fail(refusalError(admission.refuseBytes()))
    return false
  }

  #refuseTooLarge(exchange: Exchange): void {
    exchange.refuseBody(413, this.#tooLarge('The request body'))
  }

  #tooLarge(what: string): ServingError {
    return badRequest(`${what} is larger than the limit of ${this.#maxBytes} bytes.`)
  }
}

function refuseCoding(exchange: Exchange): void {
  const given = exchange.request.headers['content-encoding']
  exchange.headers.push('accept-encoding', TAKEN_CODINGS)
  refuseUnread(
    exchange,
    415,
    badRequest(`The request body has the Content-Encoding '${given}'; taken is one of ${TAKEN_CODINGS}.`),
  )
}

/** Bytes of JSON before the tensors of an Open Inference request; 0 where there are none, or the header is wrong. */
function headLength({ headers }: RequestHead): number {
  const given = Number(headers['inference-header-content-length'] ?? 0)
  return Number.isSafeInteger(given) && given >= 0 ? given : 0
}

/** The `Content-Length`; 0 for a chunked body. The parser has refused anything but digits. */
function announcedLength(request: RequestHead): number {
  return Number(request.headers['content-length'] ?? 0)
}
