import type { IncomingMessage } from 'node:http'
import { badRequest, overloaded } from '../core/errors.ts'
import type { Exchange } from './exchange.ts'
import type { ServerLimits } from './server-options.ts'

const FIRST_CAPACITY = 64 * 1024

/** Reads request bodies into memory, within the bound of each and of all of them together. */
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

  /** Bytes held for bodies that are not complete. */
  get bufferedBytes(): number {
    return this.#bufferedBytes
  }

  /**
   * The whole body. Undefined when there is nothing left to do: the body was too large or too slow (answered
   * here, 413, 429 or 408), or the client left.
   */
  read(exchange: Exchange): Promise<Buffer | undefined> {
    const { request } = exchange
    const announced = announcedLength(request)
    if (announced > this.#maxBytes) {
      this.#refuseTooLarge(exchange)
      return Promise.resolve(undefined)
    }
    if (this.#bufferedBytes + announced > this.#maxBufferedBytes) {
      this.#refuseFull(exchange)
      return Promise.resolve(undefined)
    }
    exchange.receiving = true
    exchange.deadline = performance.now() + this.#timeoutMs
    return new Promise((resolve) => this.#collect(exchange, announced, resolve))
  }

  #collect(exchange: Exchange, announced: number, resolve: (body: Buffer | undefined) => void): void {
    const { request } = exchange
    const body = new Body(announced)
    let done = false
    const finish = (result: Buffer | undefined): void => {
      if (done) return
      done = true
      request.off('data', take)
      this.#bufferedBytes -= body.length
      exchange.receiving = false
      resolve(result)
    }
    const take = (chunk: Buffer): void => {
      body.append(chunk)
      this.#bufferedBytes += chunk.length
      if (body.length > this.#maxBytes) {
        finish(undefined)
        this.#refuseTooLarge(exchange)
      } else if (this.#bufferedBytes > this.#maxBufferedBytes) {
        finish(undefined)
        this.#refuseFull(exchange)
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

  #refuseFull(exchange: Exchange): void {
    exchange.refuseBody(503, overloaded('Too many request bodies are being received at the moment.', 1))
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

  /** Doubles; never beyond what was announced, and never up to it before that many bytes are really there. */
  #grow(end: number): void {
    const doubled = Math.max(end, FIRST_CAPACITY, this.#buffer.length * 2)
    const capacity = this.#announced >= end ? Math.min(doubled, this.#announced) : doubled
    const larger = Buffer.allocUnsafe(capacity)
    larger.set(this.bytes())
    this.#buffer = larger
  }
}
