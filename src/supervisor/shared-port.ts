import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { cannotListen } from '../core/cannot-listen.ts'
import { fetchWaitingConnections } from '../core/waiting-connections.ts'

export interface PortOptions {
  readonly host: string
  /** 0: one that the system chooses. */
  readonly port: number
  /** Other programs may listen there too (SO_REUSEPORT). */
  readonly reusePort: boolean
}

/** The one listening socket of all processes. Connections are given on unread. */
export class SharedPort {
  readonly port: number
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
    this.port = (server.address() as AddressInfo).port
  }

  /** @throws ServingError INVALID_PARAMETER_VALUE when the address cannot be had. */
  static async open(options: PortOptions, take: (socket: Socket) => void): Promise<SharedPort> {
    const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, take)
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error) => reject(cannotListen(options, error)))
      server.listen({ ...options }, resolve)
    })
    server.removeAllListeners('error')
    // Too many open files, for a moment: those who wait in the queue are accepted later.
    server.on('error', () => {})
    return new SharedPort(server)
  }

  /** No more connections are accepted. Those that the system has taken on already are fetched first. */
  async close(): Promise<void> {
    await fetchWaitingConnections(this.#server)
    this.#server.close()
  }
}
