import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Asked {
  /** Counted from 0. */
  readonly number: number
  readonly request: IncomingMessage
  readonly body: Buffer
  readonly reply: ServerResponse
}

/** A server whose behaviour is known, on a free port. */
export class KnownServer {
  readonly #server: Server
  /** When each request's head had come, by `performance.now()`. */
  readonly arrivals: number[] = []

  private constructor(answer: (asked: Asked) => void) {
    this.#server = createServer((request, reply) => {
      const number = this.arrivals.push(performance.now()) - 1
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => answer({ number, request, reply, body: Buffer.concat(chunks) }))
    })
  }

  static async start(answer: (asked: Asked) => void): Promise<KnownServer> {
    const server = new KnownServer(answer)
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve))
    return server
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/predict?of=them`
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
