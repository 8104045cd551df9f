import { Agent, request } from 'node:http'
import type { RestRequest } from './mutated-request.ts'

/** Longer than any request may take (60 s). */
const PATIENCE_MS = 90_000

export interface RestReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
}

/** Sends requests as they are, however wrong, over connections that are kept. */
export class RestClient {
  readonly #agent: Agent
  readonly #url: URL

  constructor(url: string, connections: number) {
    this.#url = new URL(url)
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections })
  }

  send({ path, headers, body }: RestRequest): Promise<RestReply> {
    const { hostname, port } = this.#url
    return new Promise((resolve, reject) => {
      const whole = { ...headers, 'content-length': body.length }
      const options = { hostname, port, path, method: 'POST', headers: whole, agent: this.#agent }
      const asked = request({ ...options, timeout: PATIENCE_MS }, (reply) => {
        const chunks: Buffer[] = []
        reply.on('data', (chunk: Buffer) => chunks.push(chunk))
        reply.once('error', reject)
        reply.once('end', () => {
          resolve({ status: reply.statusCode ?? 0, headers: reply.headers, body: Buffer.concat(chunks) })
        })
      })
      asked.once('timeout', () => asked.destroy(new Error('no answer')))
      asked.once('error', reject)
      asked.end(body)
    })
  }

  close(): void {
    this.#agent.destroy()
  }
}
