import type { Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import type { PlacedItem } from '../../core/unordered-items.ts'
import type { BodyReader, BytesHolder } from '../body-reader.ts'
import type { Gate } from '../gate.ts'
import { answerClientError } from '../http-server.ts'
import type { BodySink, ChannelWatcher, ReplyChannel } from '../reply-channel.ts'
import { shortBody } from '../short-body.ts'
import type { HeadTable } from './head-table.ts'
import type { LaneHead } from './lane-head.ts'
import type { ReplyHead } from './reply-head.ts'

/** What all connections of a lane have in common. */
export interface LaneHost {
  readonly gate: Pick<Gate, 'enter'>
  readonly bodies: Pick<BodyReader, 'hold' | 'release' | 'isFull'>
  readonly heads: HeadTable
  readonly replyHead: ReplyHead
  /** The connection waits for the rest of a body. */
  collecting(connection: LaneConnection): void
  /** It waits no longer. */
  collected(connection: LaneConnection): void
  /** From now on node:http reads the connection. */
  handOver(connection: LaneConnection): void
  closed(connection: LaneConnection): void
}

const NOTHING: Buffer = Buffer.alloc(0)

/**
 * A connection whose requests are of the lane's one shape, one after the other: each is answered before the next is
 * looked at. With the first that is of another shape the connection is node:http's for good.
 */
export class LaneConnection implements ReplyChannel, BytesHolder, PlacedItem {
  readonly socket: Socket
  heldBytes = 0
  /** Among those that wait for the rest of a body. */
  place = -1
  /** Sweeps of the lane since anything happened here; while it waits for the rest of a body, since it began to. */
  sweeps = 0
  /** Requests that came over it. */
  requests = 0
  /** Its client has not waited for an answer once, and may have sent more than was read. */
  isFollowed = false
  readonly #host: LaneHost
  /** Of the request before, where it is likely to come again, or of the one whose body is being collected. */
  #head: LaneHead | undefined
  /** The body so far, where all of it did not come with its head. */
  #body: Buffer | undefined
  #bodyBytes = 0
  /** `performance.now()` at which its head was there. */
  #bodyBegunAt = 0
  /** Of the request that is being answered. */
  #watcher: ChannelWatcher | undefined
  /** What came behind that request; reading is stopped meanwhile. */
  #behind: Buffer = NOTHING
  #stays = true
  #drains = false

  constructor(socket: Socket, host: LaneHost) {
    this.socket = socket
    this.#host = host
    socket.on('data', this.#onData)
    socket.on('end', this.#onEnd)
    socket.on('error', this.#onError)
    socket.on('close', this.#onClose)
    socket.on('drain', this.#onDrain)
  }

  /** Nobody waits at either end: nothing is being answered, and what was answered has gone out. */
  get idle(): boolean {
    if (this.#watcher !== undefined || this.#body !== undefined) return false
    return !this.#drains && this.socket.writableLength === 0
  }

  /** Gives it to node:http, with what has been read and not been answered. */
  handOver(): void {
    this.#handOver(this.#unanswered())
  }

  watch(watcher: ChannelWatcher): void {
    this.#watcher = watcher
  }

  write(status: number, headers: readonly string[], body: string | Uint8Array, bytes: number): void {
    const { socket } = this
    this.#watcher = undefined
    this.sweeps = 0
    if (!socket.writable) return
    try {
      this.#drains = !this.#writeReply(this.#host.replyHead.text(status, headers, this.#stays), body, bytes)
    } catch (error) {
      // A defect of ours, which must not cost the others of the burst their replies.
      socket.destroy(error instanceof Error ? error : undefined)
      return
    }
    if (!this.#stays) socket.destroySoon()
    else this.#proceedOrWait()
  }

  refuse(status: number, headers: readonly string[], body: string): void {
    this.#stays = false
    this.write(status, headers, body, Buffer.byteLength(body))
  }

  proceed(): void {
    // No client of the lane waits for that.
  }

  receive(sink: BodySink): () => void {
    // The body is there before its request is an exchange.
    sink.fail()
    return () => {}
  }

  endConnection(): void {
    this.#stays = false
  }

  readonly #onData = (bytes: Buffer): void => {
    if (this.#watcher !== undefined || this.#drains) this.#keepBehind(bytes)
    else if (this.#body !== undefined) this.#collect(bytes)
    else if (this.#stays) this.#begin(bytes)
  }

  #keepBehind(bytes: Buffer): void {
    this.isFollowed = true
    this.#behind = this.#behind.length === 0 ? bytes : Buffer.concat([this.#behind, bytes])
    this.socket.pause()
  }

  #begin(bytes: Buffer): void {
    const head = this.#host.heads.find(bytes, this.#head)
    if (head === undefined) {
      this.#handOver(bytes)
      return
    }
    this.#head = head
    this.sweeps = 0
    const bodyAt = head.octets.length
    const end = bodyAt + head.contentLength
    if (bytes.length < end) {
      this.#beginBody(head, bytes.subarray(bodyAt))
      return
    }
    if (bytes.length > end) this.#keepBehind(bytes.subarray(end))
    this.#enter(head, bytes.subarray(bodyAt, end))
  }

  #beginBody(head: LaneHead, bytes: Buffer): void {
    // Room for small bodies is short when large ones are there: node:http refuses this one by its head.
    if (this.#host.bodies.isFull(head.contentLength, 0)) {
      this.#handOver(Buffer.concat([head.octets, bytes]))
      return
    }
    this.#body = bytes.length === 0 ? NOTHING : Buffer.allocUnsafeSlow(head.contentLength)
    this.#bodyBytes = bytes.copy(this.#body)
    this.#bodyBegunAt = performance.now()
    this.#host.bodies.hold(this, head.contentLength)
    this.#host.collecting(this)
  }

  /** Most clients that write head and body one by one write all of the body at once, which needs no copy. */
  #collect(bytes: Buffer): void {
    const head = this.#head!
    const missing = head.contentLength - this.#bodyBytes
    if (bytes.length >= missing) {
      const body = this.#bodyBytes === 0 ? bytes.subarray(0, missing) : this.#append(bytes, missing)
      this.#endBody()
      if (bytes.length > missing) this.#keepBehind(bytes.subarray(missing))
      this.#enter(head, body, this.#bodyBegunAt)
    } else {
      if (this.#bodyBytes === 0) this.#body = Buffer.allocUnsafeSlow(head.contentLength)
      this.#append(bytes, bytes.length)
    }
  }

  #append(bytes: Buffer, count: number): Buffer {
    bytes.copy(this.#body!, this.#bodyBytes, 0, count)
    this.#bodyBytes += count
    return this.#body!
  }

  #endBody(): void {
    this.#body = undefined
    this.#bodyBytes = 0
    this.#host.bodies.release(this)
    this.#host.collected(this)
  }

  #enter(head: LaneHead, body: Buffer, startedAt?: number): void {
    this.requests += 1
    if (!head.recurs) this.#head = undefined
    const exchange = this.#host.gate.enter(head, this, body, startedAt)
    if (exchange !== undefined) head.answer(exchange)
  }

  #writeReply(head: string, body: string | Uint8Array, bytes: number): boolean {
    const { socket } = this
    const text = shortBody(body, bytes)
    if (text !== undefined) return socket.write(head + text, 'latin1')
    if (typeof body === 'string') return socket.write(head + body, 'utf8')
    socket.cork()
    socket.write(head, 'latin1')
    const isTaken = socket.write(body)
    socket.uncork()
    return isTaken
  }

  /** A client that does not read its answers is not read either. */
  #proceedOrWait(): void {
    if (this.#drains) {
      this.socket.pause()
    } else if (this.socket.isPaused()) {
      const bytes = this.#behind
      this.#behind = NOTHING
      this.socket.resume()
      if (bytes.length > 0) this.#begin(bytes)
    }
  }

  readonly #onDrain = (): void => {
    if (!this.#drains) return
    this.#drains = false
    if (this.#stays) this.#proceedOrWait()
  }

  /** As node:http has it: who shuts his side down has gone, unless he has sent half a request. */
  readonly #onEnd = (): void => {
    if (this.#body === undefined) this.socket.end()
    else answerClientError(new Error('The connection ended within a request.'), this.socket)
  }

  readonly #onError = (): void => {
    // The socket closes itself, which is heard.
  }

  readonly #onClose = (): void => {
    if (this.#body !== undefined) this.#abandon()
    const watcher = this.#watcher
    this.#watcher = undefined
    this.#host.closed(this)
    watcher?.closed(undefined)
  }

  /** A client that leaves in the middle of its body has sent a request all the same, which is counted. */
  #abandon(): void {
    this.#endBody()
    this.#host.gate.enter(this.#head!, this, NOTHING, this.#bodyBegunAt)
  }

  #unanswered(): Buffer {
    if (this.#body === undefined) return NOTHING
    return Buffer.concat([this.#head!.octets, this.#body.subarray(0, this.#bodyBytes)])
  }

  #handOver(bytes: Buffer): void {
    const { socket } = this
    if (this.#body !== undefined) this.#endBody()
    socket.off('data', this.#onData)
    socket.off('end', this.#onEnd)
    socket.off('error', this.#onError)
    socket.off('close', this.#onClose)
    socket.off('drain', this.#onDrain)
    socket.pause()
    if (bytes.length > 0) socket.unshift(bytes)
    this.#host.handOver(this)
    socket.resume()
  }
}
