import { connect as connectTcp, type Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import { connect as connectTls } from 'node:tls'
import type { Call, Carrier } from './call.ts'
import { ResponseParser } from './response-parser.ts'
import type { Endpoint } from './transport.ts'

/** Whoever owns connections. */
export interface ConnectionOwner {
  /** It is open for the first time and has nothing to do. */
  opened(connection: Connection): void
  /** It has nothing to do again. */
  free(connection: Connection): void
  wantsTiming(): boolean
  answered(call: Call, parser: ResponseParser): void
  /** It has ended. @param call that it had, if any. @param code why, as errors of Node have it, or one of ours. */
  gone(connection: Connection, call: Call | undefined, code: string): void
}

/** All connections of a thread without TLS read into it in turn: what is read is parsed before the next one reads. */
const READ_BUFFER = Buffer.allocUnsafeSlow(64 * 1024)
/** After this time without a request a server may be about to close a connection. */
const IDLE_MS = 500

/**
 * One connection of HTTP/1.1 with one request at a time. A plain socket, since what a client library does for
 * each request would be the limit of a load generator.
 */
export class Connection implements Carrier {
  readonly #owner: ConnectionOwner
  readonly #socket: Socket
  readonly #parser = new ResponseParser()
  #call: Call | undefined
  #opened = false
  #ended = false
  /** `performance.now()` when its last answer was complete. */
  #answeredAt = Number.POSITIVE_INFINITY
  /** Of the answer to come, or the one being read. */
  #hasBytes = false

  constructor(endpoint: Endpoint, owner: ConnectionOwner) {
    this.#owner = owner
    this.#socket = open(endpoint, (bytes) => this.#read(bytes))
    this.#socket.on(endpoint.tls === undefined ? 'connect' : 'secureConnect', () => {
      this.#opened = true
      owner.opened(this)
    })
    this.#socket.on('error', (error: NodeJS.ErrnoException) => this.#end(error.code ?? 'CLOSED'))
    this.#socket.on('end', () => this.#onEnd())
    this.#socket.on('close', () => this.#end('CLOSED'))
  }

  /** Whether the other side has taken it. */
  get isOpened(): boolean {
    return this.#opened
  }

  /** Whether it ended with its call unanswered because the other side had enough of waiting for it. */
  get wasClosedIdle(): boolean {
    const call = this.#call
    return call !== undefined && !this.#hasBytes && call.sentAt - this.#answeredAt >= IDLE_MS
  }

  send(call: Call): void {
    this.#call = call
    this.#hasBytes = false
    call.connection = this
    call.sentAt = performance.now()
    this.#parser.begin(call.request)
    this.#socket.write(call.request.bytes)
  }

  destroy(): void {
    this.#ended = true
    this.#socket.destroy()
  }

  #read(bytes: Buffer): boolean {
    if (this.#ended) return false
    if (!this.#hasBytes) {
      this.#hasBytes = true
      this.#parser.wantsTiming = this.#owner.wantsTiming()
    }
    if (this.#isWhole(bytes)) this.#complete()
    return true
  }

  #isWhole(bytes: Buffer): boolean {
    try {
      return this.#parser.push(bytes)
    } catch {
      this.#end('NOT_HTTP')
      return false
    }
  }

  #complete(): void {
    const call = this.#call
    if (call === undefined) return
    this.#call = undefined
    this.#answeredAt = performance.now()
    this.#owner.answered(call, this.#parser)
    if (this.#parser.keepAlive) this.#owner.free(this)
    else this.#end('CLOSED')
  }

  #onEnd(): void {
    if (this.#call !== undefined && this.#parser.end()) this.#complete()
    else this.#end('CLOSED')
  }

  #end(code: string): void {
    if (this.#ended) return
    this.#ended = true
    this.#socket.destroy()
    this.#owner.gone(this, this.#call, code)
  }
}

function open({ host, port, tls }: Endpoint, read: (bytes: Buffer) => boolean): Socket {
  if (tls !== undefined) {
    const socket = connectTls({ host, port, ...tls })
    socket.setNoDelay(true)
    socket.on('data', read)
    return socket
  }
  const callback = (length: number): boolean => read(READ_BUFFER.subarray(0, length))
  return connectTcp({ host, port, noDelay: true, onread: { buffer: READ_BUFFER, callback } })
}
