import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2'
import { badRequest, notImplemented, overloaded, ServingError } from '../../../core/errors.ts'
import type { BodyReader, BytesHolder } from '../../body-reader.ts'
import type { ContentCoding } from '../../content-coding.ts'
import { GRPC } from '../../grpc-status.ts'
import { inflateBody } from '../../inflate-body.ts'
import { statusTrailers, type Trailers } from './grpc-trailers.ts'
import { MessageReader, type MessageSink, prefixed } from './message-reader.ts'
import type { UnreadAnswers } from './unread-answers.ts'

const NO_ERROR = 0
const HEADERS = { ':status': 200, 'content-type': 'application/grpc' } as const
const WITH_TRAILERS = { waitForTrailers: true, sendDate: false } as const
const ALONE = { endStream: true, sendDate: false } as const

/** How slowly a larger answer is taken is nobody else's matter, as long as more of it is. */
const LARGE_BYTES = 64 * 1024

/** Whoever answers a call. */
export interface CallListener {
  /** @param message may be a view of what was received. */
  message(message: Buffer): void
  /** The client sends no more. */
  end(): void
  /** Nothing can be answered any more: the client has left, or the call was refused. */
  gone(error: unknown): void
}

/** Of one connection. */
export interface OpenCalls {
  count: number
}

export interface CallInit {
  /** Where the bytes count that the call holds. */
  readonly bodies: BodyReader
  /** Of a message. */
  readonly maxBytes: number
  /** How long a client may take for its next bytes, or for the next part of an answer. */
  readonly stallMs: number
  /** Watches over the last answers until they are taken. */
  readonly unread: UnreadAnswers
  readonly calls: OpenCalls
}

/** One call of gRPC: a stream of HTTP/2, as messages in both directions and a status at the end. */
export class GrpcCall implements MessageSink, BytesHolder {
  readonly headers: IncomingHttpHeaders
  heldBytes = 0
  readonly #stream: ServerHttp2Stream
  readonly #bodies: BodyReader
  readonly #init: CallInit
  readonly #reader: MessageReader
  #listener: CallListener | undefined
  #ended = false
  #finished = false
  #responded = false
  #inflating = false
  /** By whoever answers the call. */
  #paused = false
  /** Of messages that the client does not take. */
  #unreadBytes = 0
  /** Sent when the client can have them. */
  #trailers: Trailers | undefined

  constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, init: CallInit) {
    this.headers = headers
    this.#stream = stream
    this.#init = init
    this.#bodies = init.bodies
    this.#reader = new MessageReader(this, init.maxBytes)
    init.calls.count += 1
  }

  get isOver(): boolean {
    // A stream whose connection is lost is closed first, and destroyed a moment later.
    return this.#finished || this.#stream.closed || this.#stream.destroyed
  }

  /** From now on the listener is told of what comes. */
  read(listener: CallListener): void {
    this.#listener = listener
    const stream = this.#stream
    stream.on('data', (chunk: Buffer) => this.#take(chunk))
    stream.on('end', () => this.#end())
    stream.on('close', () => this.#closed())
    stream.on('wantTrailers', () => this.#sendTrailers())
  }

  /** Who sends nothing in the midst of a message, or does not take its answer, is not waited for. */
  limitStalls(): void {
    this.#stream.setTimeout(this.#init.stallMs)
    this.#stream.on('timeout', () => this.#stalled())
  }

  /** No more messages are given until `resume`; those that were received stay where they are. */
  pause(): void {
    this.#paused = true
    this.#stop()
  }

  resume(): void {
    this.#paused = false
    this.#goOn()
  }

  /**
   * Sends a message that has `PREFIX_BYTES` of room in front.
   * @returns false where the client is slow to take what was sent: that counts until it has.
   */
  send(message: Buffer): boolean {
    if (this.isOver) return true
    this.#respond()
    if (this.#stream.write(prefixed(message))) return true
    this.#holdUnread()
    return false
  }

  /** Calls back when the client can take more. */
  onceDrained(callback: () => void): void {
    this.#stream.once('drain', () => {
      this.letGo(this.#unreadBytes)
      this.#unreadBytes = 0
      callback()
    })
  }

  /** Sends a last message and a good status. The message counts until the client has taken it. */
  answer(message: Buffer, trailers: Trailers): void {
    if (this.isOver) return
    this.#finished = true
    this.#respond()
    this.#trailers = { 'grpc-status': GRPC.ok, ...trailers }
    this.#bodies.hold(this, message.length)
    if (message.length > LARGE_BYTES) this.limitStalls()
    else this.#init.unread.add(this)
    this.#stream.end(prefixed(message))
  }

  /** The client does not take its answer. */
  abandon(): void {
    this.#stream.close(CANCEL)
  }

  /** Ends with a status, a good one unless there is an error. What the client still sends is not read. */
  finish(error: ServingError | undefined, trailers: Trailers = {}): void {
    if (this.isOver) return
    this.#finished = true
    this.#reader.stop()
    const all = { ...statusTrailers(error), ...trailers }
    if (this.#responded) {
      this.#trailers = all
      this.#stream.end()
    } else {
      this.#stream.respond({ ...HEADERS, ...all }, ALONE)
      if (!this.#ended) this.#stream.close(NO_ERROR)
    }
  }

  /** Forgets so many bytes of messages that were answered. */
  letGo(bytes: number): void {
    this.#bodies.hold(this, -Math.min(bytes, this.heldBytes))
  }

  /** Of `MessageReader`. */
  message(message: Buffer, compressed: boolean): void {
    if (this.isOver) return
    if (compressed) void this.#inflate(message)
    else this.#listener?.message(message)
  }

  /** Of `MessageReader`. */
  refused(error: ServingError | 'too large'): void {
    this.#refuse(error === 'too large' ? this.#tooLarge('A message') : error)
  }

  #stop(): void {
    this.#reader.pause()
    this.#stream.pause()
  }

  #goOn(): void {
    if (this.#paused || this.#inflating || this.isOver) return
    this.#reader.resume()
    this.#stream.resume()
    this.#tellEnd()
  }

  #respond(): void {
    if (this.#responded) return
    this.#responded = true
    this.#stream.respond(HEADERS, WITH_TRAILERS)
  }

  /** Then whoever has not ended its side yet is told that nobody reads what it sends (RFC 9113, section 8.1). */
  #sendTrailers(): void {
    if (this.#stream.closed || this.#stream.destroyed) return
    this.#stream.sendTrailers({ ...this.#trailers })
    if (!this.#ended) setImmediate(() => this.#stream.close(NO_ERROR))
  }

  #take(chunk: Buffer): void {
    if (this.isOver) return
    this.#bodies.hold(this, chunk.length)
    if (this.#bodies.isFull(0, this.heldBytes)) {
      this.#refuse(tooMuchHeld())
    } else {
      this.#reader.push(chunk)
    }
  }

  #end(): void {
    this.#ended = true
    this.#tellEnd()
  }

  #tellEnd(): void {
    if (!this.#ended || this.#inflating || this.isOver) return
    if (!this.#reader.isAmidst) this.#listener?.end()
    else if (!this.#reader.isPaused) this.#refuse(badRequest('The call ends in the midst of a message.'))
  }

  #closed(): void {
    this.#finished = true
    this.#init.calls.count -= 1
    this.#init.unread.delete(this)
    this.#bodies.release(this)
    this.#listener?.gone(undefined)
  }

  #stalled(): void {
    if (this.#finished || this.#unreadBytes > 0) this.abandon()
    else if (this.#reader.isAmidst && !this.#reader.isPaused) {
      this.#refuse(badRequest('The message did not arrive in time.'))
    }
  }

  #refuse(error: ServingError): void {
    this.#listener?.gone(error)
    this.finish(error)
    this.#bodies.release(this)
  }

  async #inflate(message: Buffer): Promise<void> {
    this.#inflating = true
    this.#stop()
    try {
      const inflated = await this.#inflated(message)
      this.letGo(message.length)
      if (inflated !== undefined) this.#listener?.message(inflated)
    } catch (error) {
      this.#refuse(error as ServingError)
    }
    this.#inflating = false
    this.#goOn()
  }

  async #inflated(message: Buffer): Promise<Buffer | undefined> {
    const coding = this.headers['grpc-encoding'] ?? 'identity'
    if (coding === 'identity') throw badRequest('A compressed message came in a call without grpc-encoding.')
    if (coding !== 'gzip' && coding !== 'deflate') {
      throw notImplemented(`Messages are not taken in the grpc-encoding '${String(coding).slice(0, 50)}'.`)
    }
    let length = 0
    return await inflateBody(message, coding as ContentCoding, (bytes) => {
      length += bytes
      this.#bodies.hold(this, bytes)
      return this.#mayKeep(length)
    })
  }

  /** Refuses the call where it may not: nobody would catch what is thrown amid inflating. */
  #mayKeep(length: number): boolean {
    if (this.isOver) return false
    if (length > this.#init.maxBytes) this.#refuse(this.#tooLarge('An inflated message'))
    else if (this.#bodies.isFull(0, this.heldBytes)) this.#refuse(tooMuchHeld())
    return !this.isOver
  }

  #tooLarge(what: string): ServingError {
    return new ServingError(
      'RESOURCE_EXHAUSTED',
      `${what} is larger than the limit of ${this.#init.maxBytes} bytes.`,
    )
  }

  #holdUnread(): void {
    const unread = this.#stream.writableLength
    this.#bodies.hold(this, unread - this.#unreadBytes)
    this.#unreadBytes = unread
  }
}

const CANCEL = 8

function tooMuchHeld(): ServingError {
  return overloaded('Too many request bodies are held at the moment', 1, { refused: 'bytes' })
}
