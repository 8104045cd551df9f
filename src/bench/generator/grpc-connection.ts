import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2'
import { performance } from 'node:perf_hooks'
import type { Call, CallObserver } from './call.ts'
import { GrpcAnswer } from './grpc-answer.ts'
import type { Endpoint } from './transport.ts'

/** Of the connection, in bytes: the 64 kB of HTTP/2 would be the limit of large answers. */
const WINDOW = 4 * 1024 * 1024

/** Whoever owns connections. */
export interface GrpcConnectionOwner extends CallObserver {
  /** It can carry one more. */
  free(connection: GrpcConnection): void
  /** It carries no further call. */
  gone(connection: GrpcConnection): void
}

/** One connection of HTTP/2 that carries several calls of gRPC at a time. */
export class GrpcConnection {
  readonly #owner: GrpcConnectionOwner
  readonly #session: ClientHttp2Session
  /** Why it ended. */
  #code: string | undefined
  #active = 0
  #closed = false

  constructor({ host, port, tls }: Endpoint, owner: GrpcConnectionOwner) {
    this.#owner = owner
    const name = host.includes(':') ? `[${host}]` : host
    this.#session = connect(`${tls === undefined ? 'http' : 'https'}://${name}:${port}`, {
      ...tls,
      settings: { enablePush: false, initialWindowSize: WINDOW },
    })
    this.#session.on('connect', () => this.#session.setLocalWindowSize(WINDOW))
    this.#session.on('error', (error: NodeJS.ErrnoException) => this.#end(error.code ?? 'CLOSED'))
    this.#session.on('goaway', () => this.#end('GOAWAY'))
    this.#session.on('close', () => this.#end('CLOSED'))
  }

  /** Calls that it carries. */
  get active(): number {
    return this.#active
  }

  send(call: Call): void {
    const { bytes, headers } = call.request
    const stream = this.#session.request(headers)
    this.#active += 1
    call.sentAt = performance.now()
    call.connection = { destroy: () => stream.close(constants.NGHTTP2_CANCEL) }
    this.#follow(stream, call)
    stream.end(bytes)
  }

  close(): void {
    this.#closed = true
    this.#session.destroy()
  }

  #follow(stream: ClientHttp2Stream, call: Call): void {
    const answer = new GrpcAnswer(call.request)
    let code: string | undefined
    stream.on('response', (headers) => answer.headers(headers, this.#owner.wantsTiming()))
    stream.on('trailers', (headers) => answer.trailers(headers))
    stream.on('data', (piece: Buffer) => answer.data(piece))
    stream.on('error', (error: NodeJS.ErrnoException) => {
      code = error.code
    })
    stream.on('close', () => {
      this.#active -= 1
      if (!call.settled && answer.fault === undefined) this.#owner.answered(call, answer)
      else if (!call.settled) this.#owner.failed(call, this.#codeOf(code, answer))
      if (!this.#closed) this.#owner.free(this)
    })
  }

  /** Of a stream that ended with its session, that of the session says more. */
  #codeOf(code: string | undefined, answer: GrpcAnswer): string {
    if (code === undefined) return answer.fault ?? 'CLOSED'
    return code === 'ERR_HTTP2_STREAM_CANCEL' ? (this.#code ?? 'CLOSED') : code
  }

  #end(code: string): void {
    this.#code ??= code
    if (this.#closed) return
    this.#closed = true
    this.#owner.gone(this)
  }
}
