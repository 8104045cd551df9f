import type { ListenerBoard } from './listener-board.ts'

/** What tells of connections: a server of node:net. */
interface ConnectionSource {
  on(event: 'connection', listener: (socket: ClosingSocket) => void): unknown
}

interface ClosingSocket {
  once(event: 'close', listener: () => void): unknown
}

/** Between two connections that one listener gives up: the first has then come to another. */
const GIVE_UP_EVERY_MS = 4
/** A listener that answers fewer requests in a millisecond (100 a second) has nothing to be relieved of. */
const BUSY_FROM_PER_MS = 0.1
/** What was given up and has not closed by then was closed already, or its client does not. */
const CLOSED_WITHIN_MS = 500
/** With fewer more than the one that has the fewest, another could not have fewer either. */
const UNEVEN_FROM = 2

/**
 * Evens out the connections of the listeners of one port, which the kernel spreads by a hash. A listener that has two or
 * more above the one with the fewest answers a request now and then with `connection: close`: its client connects
 * anew, and the kernel throws the dice again.
 */
export class ConnectionBalance {
  readonly #board: ListenerBoard
  readonly #number: number
  #open = 0
  /** Given up, and still open. */
  #closing = 0
  #lookAt = 0
  #lookedAt = 0
  #gaveUpAt = 0
  #answered = 0

  /** @param number of this listener, which is on the board. */
  constructor(board: ListenerBoard, number: number) {
    this.#board = board
    this.#number = number
  }

  /** Counts the connections of this server, which must not listen yet. */
  watch(server: ConnectionSource): void {
    server.on('connection', (socket) => {
      this.#open += 1
      this.#tell()
      socket.once('close', () => {
        this.#open -= 1
        if (this.#closing > 0) this.#closing -= 1
        this.#tell()
      })
    })
  }

  /** Asked once for each answer. @param now `performance.now()`. @returns whether its connection is to be closed. */
  givesUp(now: number): boolean {
    this.#answered += 1
    return now >= this.#lookAt && this.#look(now)
  }

  #look(now: number): boolean {
    const rate = this.#answered / (now - this.#lookedAt)
    this.#answered = 0
    this.#lookedAt = now
    this.#lookAt = now + GIVE_UP_EVERY_MS
    if (this.#closing > 0 && now - this.#gaveUpAt > CLOSED_WITHIN_MS) {
      this.#closing = 0
      this.#tell()
    }
    const own = this.#open - this.#closing
    if (rate < BUSY_FROM_PER_MS || own - this.#board.fewestConnections() < UNEVEN_FROM) return false
    this.#closing += 1
    this.#gaveUpAt = now
    this.#tell()
    return true
  }

  #tell(): void {
    this.#board.setConnections(this.#number, this.#open - this.#closing)
  }
}
