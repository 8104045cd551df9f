import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer, type ServerOptions } from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import { afterEach } from 'vitest'

/** A request as the server got it. */
export interface ReceivedRequest {
  readonly method: string
  /** Path without the query, percent-encoded. */
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export type Handler = (request: ReceivedRequest, response: ServerResponse) => void

export interface WebServer {
  /** Without `/` at the end. */
  readonly url: string
  readonly port: number
  readonly requests: readonly ReceivedRequest[]
  close(): void
}

const open: Server[] = []

afterEach(() => {
  for (const server of open.splice(0)) server.close()
})

/** A server on the loopback that ends with the test. */
export async function startWebServer(handler: Handler, tls?: ServerOptions): Promise<WebServer> {
  const requests: ReceivedRequest[] = []
  const listener = async (incoming: IncomingMessage, response: ServerResponse) => {
    const request = await received(incoming)
    requests.push(request)
    handler(request, response)
  }
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  open.push(server)
  const { port } = server.address() as AddressInfo
  const close = () => {
    server.closeAllConnections()
    server.close()
  }
  return { url: `http${tls === undefined ? '' : 's'}://127.0.0.1:${port}`, port, requests, close }
}

export function sendJson(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}

export function sendPage(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' }).end(text)
}

async function received(incoming: IncomingMessage): Promise<ReceivedRequest> {
  const url = new URL(incoming.url ?? '/', 'http://server')
  let body = ''
  for await (const chunk of incoming) body += chunk
  const { method = '', headers } = incoming
  return { method, path: url.pathname, query: url.searchParams, headers, body }
}
