import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** What came back over one connection until the server closed it. */
export interface RawAnswer {
  /** Undefined: the connection was closed without an answer. */
  readonly status: number | undefined
  /** How many answers came. */
  readonly answers: number
  readonly text: string
}

export interface RawRequest {
  readonly verb?: string
  readonly path: string
  /** Instead of the server's own. */
  readonly host?: string
  readonly headers?: readonly string[]
  readonly body?: string | Buffer
}

const PATIENCE_MS = 60_000

/** Sends a request as it stands; no client would send most of them. */
export function sendRequest(url: string, request: RawRequest): Promise<RawAnswer> {
  const { verb = 'GET', path, host = new URL(url).host, headers = [], body } = request
  const length = body === undefined ? [] : [`Content-Length: ${Buffer.byteLength(body)}`]
  const head = [`${verb} ${path} HTTP/1.1`, `Host: ${host}`, 'Connection: close', ...length, ...headers]
  return sendBytes(url, Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), Buffer.from(body ?? '')]))
}

/** Sends bytes, and reads until the server closes the connection. */
export async function sendBytes(url: string, bytes: Buffer | string): Promise<RawAnswer> {
  const socket = await openSocket(url)
  // A server that refuses early closes while we still write.
  socket.on('error', () => undefined)
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  socket.write(bytes)
  await closed(socket)
  const text = Buffer.concat(chunks).toString('latin1')
  const status = /^HTTP\/1\.1 (\d{3})/.exec(text)?.[1]
  return {
    status: status === undefined ? undefined : Number(status),
    answers: text.split(/^HTTP\/1\.1 \d{3}/m).length - 1,
    text,
  }
}

export async function openSocket(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  await once(socket, 'connect')
  return socket
}

async function closed(socket: Socket): Promise<void> {
  const late = setTimeout(() => socket.destroy(), PATIENCE_MS)
  await new Promise<void>((resolve) => socket.once('close', () => resolve()))
  clearTimeout(late)
}

/** A call of MLflow's API with a body that need not be JSON. */
export function apiCall(path: string, body: string | Buffer, headers: readonly string[] = []): RawRequest {
  return {
    verb: 'POST',
    path: `/api/2.0/mlflow/${path}`,
    headers: headers.length > 0 ? headers : ['Content-Type: application/json'],
    body,
  }
}
