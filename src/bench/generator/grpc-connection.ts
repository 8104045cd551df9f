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
    this.#session.on('error', () => this.#end())
    this.#session.on('goaway', () => this.#end())
    this.#session.on('close', () => this.#end())
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
      code = causeOf(error).code
    })
    stream.on('close', () => {
      this.#active -= 1
      if (!call.settled && answer.fault === undefined) this.#owner.answered(call, answer)
      else if (!call.settled) this.#owner.failed(call, code ?? answer.fault ?? 'CLOSED')
      if (!this.#closed) this.#owner.free(this)
    })
  }

  #end(): void {
    if (this.#closed) return
    this.#closed = true
    this.#owner.gone(this)
  }
}

/** Of a call that ended with its connection, what happened to the connection says more. */
function causeOf(error: NodeJS.ErrnoException): { readonly code?: string | undefined } {
  const { cause } = error
  if (error.code !== 'ERR_HTTP2_STREAM_CANCEL') return error
  return cause instanceof Error && 'code' in cause ? { code: String(cause.code) } : { code: 'CLOSED' }
}
