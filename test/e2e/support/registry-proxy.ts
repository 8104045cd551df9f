import { once } from 'node:events'
import {
  createServer,
  type IncomingMessage,
  request as open,
  type Server,
  type ServerResponse,
} from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { setTimeout } from 'node:timers/promises'

const SETTLED_MS = 300

/** What is done to one request in place of passing it on. */
export type Mischief =
  /** An answer of the proxy's own. */
  | {
      readonly kind: 'answer'
      readonly status: number
      readonly headers?: Record<string, string>
      readonly body?: string
    }
  /**
   * The connection ends after this many bytes of the body. What it brought just before it broke may be lost with it, but for
   * what `settled` waits for.
   */
  | { readonly kind: 'cut'; readonly afterBytes: number; readonly settled?: () => Promise<void> }
  /** Nothing more comes after this many bytes of the body, and the connection stays. */
  | { readonly kind: 'stall'; readonly afterBytes: number }
  /** The answer begins that much later. */
  | { readonly kind: 'late'; readonly ms: number }
  /** The connection ends without an answer. */
  | { readonly kind: 'drop' }

/** What to do to a request; nothing where it gives undefined. */
export type Mischievous = (request: IncomingMessage) => Mischief | undefined

export interface ProxyPlan {
  /** The real server, without a path. */
  readonly target: string
  /** HTTPS in front of it. */
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer }
  readonly mischief?: Mischievous
}

/** Stands between Headrace and a real MLflow server, and does to requests what networks do. */
export class RegistryProxy {
  /** Method and URL of each request so far. */
  readonly seen: string[] = []
  readonly #ranges: (string | undefined)[] = []
  mischief: Mischievous
  readonly #target: URL
  readonly #server: Server
  readonly #scheme: 'http' | 'https'
  #port = 0

  private constructor({ target, tls, mischief = () => undefined }: ProxyPlan) {
    this.#target = new URL(target)
    this.mischief = mischief
    const answer = (request: IncomingMessage, response: ServerResponse) =>
      void this.#answer(request, response)
    this.#server = tls === undefined ? createServer(answer) : createTlsServer(tls, answer)
    this.#scheme = tls === undefined ? 'http' : 'https'
  }

  static async start(plan: ProxyPlan): Promise<RegistryProxy> {
    const proxy = new RegistryProxy(plan)
    await proxy.open()
    return proxy
  }

  get url(): string {
    return `${this.#scheme}://127.0.0.1:${this.#port}`
  }

  /** How many requests there were for paths that match. */
  count(pattern: RegExp): number {
    return this.seen.filter((line) => pattern.test(line)).length
  }

  /** What parts the requests for such paths asked for; undefined for the whole. */
  rangesOf(pattern: RegExp): readonly (string | undefined)[] {
    return this.#ranges.filter((_, index) => pattern.test(this.seen[index] ?? ''))
  }

  /** Listens, on the same port as before where there was one. */
  async open(): Promise<void> {
    this.#server.listen(this.#port, '127.0.0.1')
    await once(this.#server, 'listening')
    this.#port = (this.#server.address() as AddressInfo).port
  }

  /** Nobody listens any more, and open connections end. */
  async close(): Promise<void> {
    if (!this.#server.listening) return
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#server.closeAllConnections()
    await closed
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.seen.push(lineOf(request))
    this.#ranges.push(request.headers.range)
    const mischief = this.mischief(request)
    if (mischief?.kind === 'drop') request.socket.destroy()
    else if (mischief?.kind === 'answer') {
      response.writeHead(mischief.status, mischief.headers).end(mischief.body)
    } else {
      if (mischief?.kind === 'late') await setTimeout(mischief.ms)
      this.#passOn(request, response, mischief)
    }
  }

  #passOn(request: IncomingMessage, response: ServerResponse, mischief: Mischief | undefined): void {
    const { hostname, port, host } = this.#target
    const headers = { ...request.headers, host }
    const passed = open({ hostname, port, method: request.method, path: request.url, headers }, (reply) => {
      response.writeHead(reply.statusCode ?? 502, reply.headers)
      if (mischief?.kind === 'cut' || mischief?.kind === 'stall') void sendPart(reply, response, mischief)
      else reply.pipe(response)
    })
    passed.once('error', () => response.destroy())
    request.pipe(passed)
  }
}

async function sendPart(
  reply: IncomingMessage,
  response: ServerResponse,
  mischief: Extract<Mischief, { readonly kind: 'cut' | 'stall' }>,
): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of reply) chunks.push(chunk)
  const part = Buffer.concat(chunks).subarray(0, mischief.afterBytes)
  response.write(part)
  if (mischief.kind === 'stall') return
  await (mischief.settled?.() ?? setTimeout(SETTLED_MS))
  response.destroy()
}

/** Method and URL, as a log shows them. */
export function lineOf({ method, url }: IncomingMessage): string {
  return `${method} ${url}`
}
