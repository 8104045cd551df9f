import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

const FOLLOW_EVERY_MS = 100

/** One server behind the balancer. */
interface Backend {
  readonly port: number
  isReady: boolean
}

/**
 * A balancer of connections, as in front of a service: it asks each server for `/ready` ten times a second and
 * gives new connections in turn to those that are. It never tries a second server for a connection.
 */
export class Balancer {
  readonly #server: Server
  readonly #backends: readonly Backend[]
  #turn = 0
  #closed = false

  private constructor(ports: readonly number[]) {
    this.#backends = ports.map((port) => ({ port, isReady: false }))
    this.#server = createServer({ allowHalfOpen: true }, (client) => this.#connect(client))
    for (const backend of this.#backends) void this.#follow(backend)
  }

  static async open(ports: readonly number[]): Promise<Balancer> {
    const balancer = new Balancer(ports)
    balancer.#server.listen(0, '127.0.0.1')
    await once(balancer.#server, 'listening')
    return balancer
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Resolves when so many servers are ready. */
  async ready(count: number): Promise<void> {
    while (this.#backends.filter(({ isReady }) => isReady).length !== count) await delay(10)
  }

  close(): void {
    this.#closed = true
    this.#server.close()
  }

  async #follow(backend: Backend): Promise<void> {
    while (!this.#closed) {
      const reply = await fetch(`http://127.0.0.1:${backend.port}/ready`).catch(() => undefined)
      backend.isReady = reply?.status === 200
      await reply?.body?.cancel()
      await delay(FOLLOW_EVERY_MS)
    }
  }

  #connect(client: Socket): void {
    const ready = this.#backends.filter(({ isReady }) => isReady)
    const backend = ready[this.#turn++ % ready.length]
    if (backend === undefined) {
      client.destroy()
      return
    }
    const server = connect({ port: backend.port, host: '127.0.0.1', allowHalfOpen: true })
    client.pipe(server).on('error', () => client.resetAndDestroy())
    server.pipe(client).on('error', () => server.destroy())
  }
}
