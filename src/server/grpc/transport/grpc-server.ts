import type { Http2Server, IncomingHttpHeaders, ServerHttp2Session, ServerHttp2Stream } from 'node:http2'
import type { Server as NetServer, Socket } from 'node:net'
import { invalidParameter, messageOf, routeNotFound } from '../../../core/errors.ts'
import type { BodyReader } from '../../body-reader.ts'
import { readTls } from '../../http-server.ts'
import type { ServerLimits, ServerOptions } from '../../server-options.ts'
import { GrpcCall, type OpenCalls } from './grpc-call.ts'
import type { GrpcGate } from './grpc-gate.ts'
import type { GrpcMethods } from './grpc-method.ts'
import { UnaryCall } from './unary-call.ts'
import { UnreadAnswers } from './unread-answers.ts'

/** Of one connection at the same time; its client keeps the others back. */
const MOST_STREAMS = 1024
/** What may be on its way over one stream, and over one connection, before anybody has looked at it. */
const STREAM_WINDOW_BYTES = 256 * 1024
const CONNECTION_WINDOW_BYTES = 4 * 1024 * 1024
/** A connection without calls is closed after this; of one with calls it is looked whether its client still lives. */
const IDLE_MS = 600_000
const PING_TIMEOUT_MS = 20_000
const NO_ERROR = 0

export interface GrpcServerInit {
  readonly gate: GrpcGate
  readonly methods: GrpcMethods
  readonly bodies: BodyReader
  readonly limits: ServerLimits
  readonly tls: Pick<ServerOptions, 'sslCertfile' | 'sslKeyfile'>
}

/** HTTP/2 with gRPC's calls on it, built and not yet listening. */
export class GrpcServer {
  readonly #init: GrpcServerInit
  readonly #server: Http2Server
  readonly #unread: UnreadAnswers
  readonly #sockets = new Set<Socket>()
  readonly #sessions = new Set<ServerHttp2Session>()
  #emptied: (() => void) | undefined

  /** @throws ServingError when a certificate cannot be read. */
  constructor(init: GrpcServerInit) {
    this.#init = init
    this.#unread = new UnreadAnswers(init.limits.bodyTimeoutMs)
    this.#server = createServer(init)
    this.#server.on('connection', (socket: Socket) => this.#connected(socket))
    this.#server.on('session', (session) => this.#opened(session))
    // A connection that speaks something else ends alone.
    this.#server.on('sessionError', ignore)
  }

  /** What listens, or is given connections that were accepted elsewhere. */
  get server(): NetServer {
    return this.#server
  }

  get openConnections(): number {
    return this.#sockets.size
  }

  take(connection: Socket): void {
    this.#server.emit('connection', connection)
  }

  /** Clients are told to open other connections for their next calls; those under way are answered. */
  sendAway(): void {
    for (const session of this.#sessions) sendAway(session)
  }

  closeAll(): void {
    for (const session of this.#sessions) session.destroy()
    for (const socket of this.#sockets) socket.destroy()
  }

  /** Resolves when no connection is open. */
  empty(): Promise<void> {
    if (this.#sockets.size === 0) return Promise.resolve()
    return new Promise((resolve) => {
      this.#emptied = resolve
    })
  }

  #connected(socket: Socket): void {
    this.#sockets.add(socket)
    socket.on('error', ignore)
    socket.once('close', () => {
      this.#sockets.delete(socket)
      if (this.#sockets.size === 0) this.#emptied?.()
    })
  }

  #opened(session: ServerHttp2Session): void {
    this.#sessions.add(session)
    session.setLocalWindowSize(CONNECTION_WINDOW_BYTES)
    // Who opens a connection and says nothing, not even what every client of HTTP/2 begins with, is not waited for.
    const silence = setTimeout(() => session.destroy(), this.#init.limits.headersTimeoutMs)
    session.once('remoteSettings', () => clearTimeout(silence))
    const calls: OpenCalls = { count: 0 }
    session.on('stream', (stream, headers) => this.#begin(stream, headers, calls))
    session.on('error', ignore)
    session.setTimeout(IDLE_MS)
    session.on('timeout', () => (calls.count === 0 ? sendAway(session) : probe(session)))
    session.once('close', () => {
      clearTimeout(silence)
      this.#sessions.delete(session)
    })
  }

  #begin(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, calls: OpenCalls): void {
    stream.on('error', ignore)
    if (!isGrpc(headers)) {
      stream.respond({ ':status': 415 }, { endStream: true })
      stream.close(NO_ERROR)
      return
    }
    const { gate, methods, bodies, limits } = this.#init
    const call = new GrpcCall(stream, headers, {
      bodies,
      maxBytes: limits.bodyBytes,
      stallMs: limits.bodyTimeoutMs,
      unread: this.#unread,
      calls,
    })
    const path = headers[':path'] ?? ''
    const method = methods.get(path) ?? unknownMethod(path)
    if (method.kind === 'unary') {
      new UnaryCall(call, method, { gate, path, ...limits })
    } else {
      method.begin(call)
    }
  }
}

function ignore(): void {}

function createServer({ tls: files, limits }: GrpcServerInit): Http2Server {
  const http2 = process.getBuiltinModule('node:http2')
  const settings = {
    maxHeaderListPairs: 200,
    settings: {
      maxConcurrentStreams: MOST_STREAMS,
      initialWindowSize: STREAM_WINDOW_BYTES,
      maxHeaderListSize: limits.headerBytes,
      enablePush: false,
    },
    // What is held is counted by us, over all connections; at its own limit node:http2 fails in odd ways.
    maxSessionMemory: Number.MAX_SAFE_INTEGER,
    noDelay: true,
  }
  const tls = readTls(files)
  if (tls === undefined) return http2.createServer(settings)
  try {
    return http2.createSecureServer({ ...settings, ...tls, handshakeTimeout: limits.headersTimeoutMs })
  } catch (error) {
    throw invalidParameter(
      `The TLS certificate '${files.sslCertfile}' and key '${files.sslKeyfile}' cannot be used: ${messageOf(error)}`,
    )
  }
}

/** Its messages are Protocol Buffers, by their subtype or since that is what there is without one. */
const GRPC_TYPE = /^application\/grpc(\+proto)?\s*(;|$)/i

function isGrpc(headers: IncomingHttpHeaders): boolean {
  const type = headers['content-type']
  if (headers[':method'] !== 'POST' || type === undefined) return false
  return type === 'application/grpc' || GRPC_TYPE.test(type)
}

function unknownMethod(path: string) {
  return {
    kind: 'unary',
    answer() {
      throw routeNotFound(`There is no method '${path.slice(0, 200)}' here.`)
    },
  } as const
}

/**
 * Says by a GOAWAY which calls are the last that are answered, and closes when they are. What a client has begun by then is
 * known to it as never looked at, so that it can begin it anew elsewhere (RFC 9113, section 6.8).
 */
function sendAway(session: ServerHttp2Session): void {
  if (!session.closed && !session.destroyed) session.close()
}

function probe(session: ServerHttp2Session): void {
  if (session.destroyed) return
  const late = setTimeout(() => session.destroy(), PING_TIMEOUT_MS)
  session.ping((error) => {
    clearTimeout(late)
    if (error !== null) session.destroy()
  })
  session.once('close', () => clearTimeout(late))
}
