import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2'
import { performance } from 'node:perf_hooks'
import type { Call, CallObserver } from './call.ts'
import { GrpcAnswer } from './grpc-answer.ts'
import { http2ErrorName, REFUSED_STREAM } from './http2-errors.ts'
import type { Endpoint } from './transport.ts'

/** Of the connection, in bytes: the 64 kB of HTTP/2 would be the limit of large answers. */
const WINDOW = 4 * 1024 * 1024

/** Of calls that have not left, since the connection had ended by then. */
const NOT_SENT: ReadonlySet<string | undefined> = new Set([
  'ERR_HTTP2_GOAWAY_SESSION',
  'ERR_HTTP2_INVALID_SESSION',
])

/** Whoever owns connections. */
export interface GrpcConnectionOwner extends CallObserver {
  /** The server did not look at a call (RFC 9113, section 8.7). */
  refused(call: Call): void
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
      // Node counts requests that wait to be sent, and refuses further ones beyond 10 MB of them.
      maxSessionMemory: Number.MAX_SAFE_INTEGER,
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

  /** Whether it takes further calls: not once the server has said that it goes away, nor once it is broken. */
  get isUsable(): boolean {
    return !this.#closed && !this.#session.closed && !this.#session.destroyed
  }

  /** To be called while it is usable. */
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
      code = codeOf(error, stream.rstCode)
    })
    stream.on('close', () => {
      this.#active -= 1
      // Of what was cut off without an error Node tells nothing else.
      if (stream.rstCode !== constants.NGHTTP2_NO_ERROR) code ??= 'CLOSED'
      if (!call.settled) this.#tell(call, answer, code)
      if (!this.#closed) this.#owner.free(this)
    })
  }

  #tell(call: Call, answer: GrpcAnswer, code: string | undefined): void {
    if (answer.fault === undefined) this.#owner.answered(call, answer)
    else if (code === REFUSED_STREAM && !call.sentAgain) this.#owner.refused(call)
    else this.#owner.failed(call, code ?? answer.fault)
  }

  #end(): void {
    if (this.#closed) return
    this.#closed = true
    this.#owner.gone(this)
  }
}

/** Of a call that ended with its connection, what happened to the connection says more. */
function codeOf({ code, cause }: NodeJS.ErrnoException, reset: number | undefined): string | undefined {
  if (code === 'ERR_HTTP2_STREAM_ERROR') return http2ErrorName(reset ?? constants.NGHTTP2_INTERNAL_ERROR)
  if (NOT_SENT.has(code)) return REFUSED_STREAM
  if (code !== 'ERR_HTTP2_STREAM_CANCEL') return code
  return cause instanceof Error && 'code' in cause ? String(cause.code) : 'CLOSED'
}
