import { readFileSync } from 'node:fs'
import type { RequestListener, Server } from 'node:http'
import type { ServerOptions as TlsServerOptions } from 'node:https'
import type { Socket } from 'node:net'
import { badRequest, invalidParameter, messageOf } from '../core/errors.ts'
import { mlflowErrorBody } from './mlflow-error-body.ts'
import type { ServerLimits, ServerOptions } from './server-options.ts'

// An import of node:http would read everything it exports, WebSocket among it, and so load undici: 20 ms of a start.
const { createServer } = process.getBuiltinModule('node:http')

/** How often node:http looks for slow connections: its default of 30 s would be the real header time-out. */
const CONNECTIONS_CHECK_MS = 2000

/** Node's own bound is behind ours, for connections that never came as far as a handler. */
const REQUEST_TIMEOUT_MARGIN_MS = 5000

type TlsFiles = Pick<ServerOptions, 'sslCertfile' | 'sslKeyfile'>

/** A node:http(s) server with our bounds. @throws ServingError when a certificate cannot be read. */
export function createHttpServer(options: TlsFiles, limits: ServerLimits, listener: RequestListener): Server {
  const settings = {
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.headersTimeoutMs + limits.bodyTimeoutMs + REQUEST_TIMEOUT_MARGIN_MS,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    connectionsCheckingInterval: CONNECTIONS_CHECK_MS,
    noDelay: true,
  }
  const tls = readTls(options)
  const server = tls === undefined ? createServer(settings) : secureServer(options, { ...settings, ...tls })
  server.on('request', listener)
  // Whoever reads a body gives the go-ahead: without it the client does not send one that would be refused anyway.
  server.on('checkContinue', listener)
  return server
}

function secureServer({ sslCertfile, sslKeyfile }: TlsFiles, settings: TlsServerOptions): Server {
  try {
    return process.getBuiltinModule('node:https').createServer(settings)
  } catch (error) {
    throw invalidParameter(
      `The TLS certificate '${sslCertfile}' and key '${sslKeyfile}' cannot be used: ${messageOf(error)}`,
    )
  }
}

export function readTls({ sslCertfile, sslKeyfile }: TlsFiles): { cert: Buffer; key: Buffer } | undefined {
  if (sslCertfile === undefined && sslKeyfile === undefined) return undefined
  if (sslCertfile === undefined || sslKeyfile === undefined) {
    throw invalidParameter('TLS needs both files, the certificate and the key.')
  }
  return { cert: readPem(sslCertfile), key: readPem(sslKeyfile) }
}

function readPem(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    throw invalidParameter(`The TLS file '${path}' cannot be read: ${messageOf(error)}`, { path })
  }
}

const STATUS_OF_CLIENT_ERROR: Readonly<Record<string, readonly [status: string, message: string]>> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'The request headers are too large.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'The request did not arrive in time.'],
}

/** Answers what node:http could not parse, or waited for too long, and closes the connection. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const [status, message] = STATUS_OF_CLIENT_ERROR[error.code ?? ''] ?? [
    '400 Bad Request',
    'The request is not valid HTTP.',
  ]
  const body = mlflowErrorBody(badRequest(message))
  socket.end(
    `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
    () => socket.destroy(),
  )
}
