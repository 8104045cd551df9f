import { createServer, type RequestListener } from 'node:http'
import {
  createServer as createHttp2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo, Server, Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import type { BenchTarget, Payload } from '../../../src/bench/target.ts'

/** Listens until the test ends. @returns `HOST:PORT`. */
export async function listening(server: Server, host = '127.0.0.1'): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => sockets.add(socket))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}

export async function httpServer(listener: RequestListener, host?: string): Promise<string> {
  return `http://${await listening(createServer(listener), host)}`
}

export async function httpsServer(
  pair: { readonly cert: string; readonly key: string },
  listener: RequestListener,
): Promise<string> {
  return `https://${await listening(createHttpsServer(pair, listener))}`
}

export type GrpcListener = (stream: ServerHttp2Stream, message: Buffer, headers: IncomingHttpHeaders) => void

/** Calls `listener` with each whole request. */
export async function grpcServer(listener: GrpcListener): Promise<string> {
  const server = createHttp2Server()
  server.on('stream', (stream, headers) => {
    const pieces: Buffer[] = []
    stream.on('error', () => {})
    stream.on('data', (piece: Buffer) => pieces.push(piece))
    stream.on('end', () => listener(stream, Buffer.concat(pieces), headers))
  })
  return `grpc://${await listening(server)}`
}

/** Answers a call of gRPC as its protocol wants it. */
export function answerGrpc(stream: ServerHttp2Stream, message: Uint8Array, status = 0, words = ''): void {
  if (stream.destroyed) return
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
  stream.on('wantTrailers', () => {
    stream.sendTrailers({ 'grpc-status': String(status), 'grpc-message': encodeURIComponent(words) })
  })
  const prefix = Buffer.alloc(5)
  prefix.writeUInt32BE(message.length, 1)
  stream.end(Buffer.concat([prefix, message]))
}

export const GET: Payload = {
  name: 'get',
  weight: 1,
  method: 'GET',
  path: '/',
  headers: {},
  body: undefined,
  rows: undefined,
  expected: { status: 200 },
}

export function targetOf(origin: string, payloads: readonly Payload[] = [GET]): BenchTarget {
  const transport = origin.startsWith('grpc') ? 'grpc' : 'http'
  return { name: 'server', transport, origin, dialect: 'mlflow', payloads, found: [] }
}
