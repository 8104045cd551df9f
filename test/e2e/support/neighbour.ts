import { Agent, request } from 'node:http'

/** What one client saw, told apart as an operator would. */
export interface Seen {
  answered: number
  /** Answers other than 200, by status. */
  readonly refused: Record<string, number>
  /** Errors of connections, by code. */
  readonly failed: Record<string, number>
}

/**
 * Clients that send one request after the other until they are stopped, to see
 * whether what happens beside them does them any harm.
 */
export class Neighbours {
  readonly seen: Seen = { answered: 0, refused: {}, failed: {} }
  readonly #url: string
  readonly #body: string | Uint8Array
  readonly #agent: Agent
  readonly #done: Promise<unknown>
  #stopped = false

  /** @param load so many clients, which open a connection for each request where `keepAlive` is false. */
  constructor(
    url: string,
    body: string | Uint8Array,
    load: number | { readonly clients: number; readonly keepAlive: boolean } = 1,
  ) {
    const { clients, keepAlive } = typeof load === 'number' ? { clients: load, keepAlive: true } : load
    this.#agent = new Agent({ keepAlive })
    this.#url = `${url}/invocations`
    this.#body = body
    this.#done = Promise.all(Array.from({ length: clients }, () => this.#keepAsking()))
  }

  async stop(): Promise<Seen> {
    this.#stopped = true
    await this.#done
    this.#agent.destroy()
    return this.seen
  }

  async #keepAsking(): Promise<void> {
    while (!this.#stopped) await this.#ask()
  }

  #ask(): Promise<void> {
    const { refused, failed } = this.seen
    return new Promise((resolve) => {
      const headers = { 'content-type': 'application/json', 'content-length': this.#body.length }
      const asked = request(this.#url, { method: 'POST', agent: this.#agent, headers }, (reply) => {
        reply.resume()
        reply.once('end', () => {
          if (reply.statusCode === 200) this.seen.answered += 1
          else add(refused, String(reply.statusCode))
          resolve()
        })
      })
      asked.once('error', (error: NodeJS.ErrnoException) => {
        add(failed, error.code ?? error.message)
        // Nobody listens any more: the server has ended, which is no harm done.
        if (error.code === 'ECONNREFUSED') this.#stopped = true
        resolve()
      })
      asked.end(this.#body)
    })
  }
}

function add(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1
}
