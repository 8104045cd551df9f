import { connect, type Socket } from 'node:net'
import type { Call, Carrier } from './call.ts'
import { ResponseParser } from './response-parser.ts'

/** Where connections go. */
export interface Target {
  readonly host: string
  readonly port: number
}

/** Whoever owns connections. */
export interface ConnectionOwner {
  /** It is open for the first time and has nothing to do. */
  opened(connection: Connection): void
  /** It has nothing to do again. */
  free(connection: Connection): void
  answered(call: Call, parser: ResponseParser): void
  /** It has ended. @param call that it had, if any. @param code why, as errors of Node have it, or one of ours. */
  gone(connection: Connection, call: Call | undefined, code: string): void
}

/** All connections of a thread read into it in turn: what is read is parsed before the next one reads. */
const READ_BUFFER = Buffer.allocUnsafeSlow(64 * 1024)

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

  constructor(target: Target, owner: ConnectionOwner) {
    this.#owner = owner
    this.#socket = connect({
      ...target,
      noDelay: true,
      onread: { buffer: READ_BUFFER, callback: (length, buffer) => this.#read(length, buffer) },
    })
    this.#socket.on('connect', () => {
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

  send(call: Call): void {
    this.#call = call
    call.connection = this
    this.#parser.begin(call.request.headOnly)
    this.#socket.write(call.request.bytes)
  }

  destroy(): void {
    this.#ended = true
    this.#socket.destroy()
  }

  #read(length: number, buffer: Uint8Array): boolean {
    if (this.#ended) return false
    try {
      if (this.#parser.push((buffer as Buffer).subarray(0, length))) this.#complete()
    } catch {
      this.#end('NOT_HTTP')
    }
    return true
  }

  #complete(): void {
    const call = this.#call!
    this.#call = undefined
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
