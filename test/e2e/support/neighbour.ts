import { Agent, type ClientRequest, request } from 'node:http'
import { setTimeout } from 'node:timers/promises'

/** What one client saw, told apart as an operator would. */
export interface Seen {
  answered: number
  /** Answers other than 200, by status. */
  readonly refused: Record<string, number>
  /** Errors of connections, by code. */
  readonly failed: Record<string, number>
  /**
   * Those of `failed` that a server could have helped. It cannot help a new connection that is refused once nobody
   * listens, nor one that the system had put into the queue of the port as it closed, and then reset.
   */
  readonly broken: Record<string, number>
}

/** A request on its way. */
interface Exchange {
  readonly startedAt: number
  readonly request: ClientRequest
  hasReply: boolean
}

/**
 * Clients that send one request after the other until they are stopped, to see
 * whether what happens beside them does them any harm.
 */
export class Neighbours {
  readonly seen: Seen = { answered: 0, refused: {}, failed: {}, broken: {} }
  readonly #url: string
  readonly #body: string | Uint8Array
  readonly #agent: Agent
  readonly #done: Promise<unknown>
  #stopped = false
  /** When the first new connection failed, whose request nobody began to answer. */
  #unheardAt = Number.POSITIVE_INFINITY

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

  /** Waits until so many requests were answered. */
  async heard(count: number): Promise<void> {
    while (this.seen.answered < count && !this.#stopped) await setTimeout(10)
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
    return new Promise((resolve) => {
      const headers = { 'content-type': 'application/json', 'content-length': this.#body.length }
      const asked = request(this.#url, { method: 'POST', agent: this.#agent, headers })
      const exchange: Exchange = { startedAt: performance.now(), request: asked, hasReply: false }
      asked.once('response', (reply) => {
        exchange.hasReply = true
        reply.resume()
        reply.once('error', (error) => resolve(this.#failed(exchange, error)))
        reply.once('end', () => resolve(this.#answered(exchange, reply.statusCode)))
      })
      asked.once('error', (error) => resolve(this.#failed(exchange, error)))
      asked.end(this.#body)
    })
  }

  #answered({ startedAt }: Exchange, status: number | undefined): void {
    if (status === 200) this.seen.answered += 1
    else add(this.seen.refused, String(status))
    // A port that closes is closed to all who come later.
    if (startedAt > this.#unheardAt) add(this.seen.broken, 'new connection of an open port')
  }

  #failed({ request, hasReply }: Exchange, error: NodeJS.ErrnoException): void {
    const code = error.code ?? error.message
    add(this.seen.failed, code)
    // Nobody listens any more: the server has ended, which is no harm done.
    if (code === 'ECONNREFUSED') this.#stopped = true
    else if (code !== 'ECONNRESET' || request.reusedSocket || hasReply) add(this.seen.broken, code)
    else this.#unheardAt = Math.min(this.#unheardAt, performance.now())
  }
}

function add(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1
}
