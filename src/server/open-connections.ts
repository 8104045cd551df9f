import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import type { Lane } from './lane/lane.ts'

/** The connections of a server, of which those that nobody waits at are closed on the way out. */
export class OpenConnections {
  readonly #server: Server
  readonly #lane: Pick<Lane, 'closeIdle'> | undefined
  readonly #sockets = new Set<Socket>()
  #emptied: (() => void) | undefined

  /**
   * The server must not listen yet.
   * @param lane that reads its connections first, where one does.
   */
  constructor(server: Server, lane?: Pick<Lane, 'closeIdle'>) {
    this.#server = server
    this.#lane = lane
    const add = (socket: Socket): void => {
      this.#sockets.add(socket)
      socket.once('close', () => this.#remove(socket))
    }
    server.on('connection', add)
    // Over TLS the socket that requests are read from is another one than the network's.
    server.on('secureConnection', add)
  }

  get size(): number {
    return this.#sockets.size
  }

  /** Resolves when none is open. */
  empty(): Promise<void> {
    if (this.#sockets.size === 0) return Promise.resolve()
    return new Promise((resolve) => {
      this.#emptied = resolve
    })
  }

  /** Closes those between two requests, and those over which nothing ever came: node:http counts these as busy. */
  closeIdle(): void {
    this.#server.closeIdleConnections()
    this.#lane?.closeIdle()
    for (const socket of this.#sockets) if (socket.bytesRead === 0) socket.destroy()
  }

  closeAll(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  #remove(socket: Socket): void {
    this.#sockets.delete(socket)
    if (this.#sockets.size === 0) this.#emptied?.()
  }
}
