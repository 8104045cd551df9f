import type { Call, CallObserver, Carrier } from './call.ts'
import { Connection, type ConnectionOwner, type Target } from './connection.ts'
import { Fifo } from './fifo.ts'
import type { ResponseParser } from './response-parser.ts'

/** Connections that are kept and grow with the need for them, up to a limit; calls beyond it wait in their order. */
export class ConnectionPool implements ConnectionOwner {
  readonly #target: Target
  readonly #limit: number
  readonly #observer: CallObserver
  readonly #open = new Set<Carrier>()
  /** The last one used is the next one taken, so that those that are not needed grow old. */
  readonly #idle: Connection[] = []
  readonly #waiting = new Fifo<Call>()
  #connecting = 0
  #waited = 0
  #most = 0

  constructor(target: Target, limit: number, observer: CallObserver) {
    this.#target = target
    this.#limit = limit
    this.#observer = observer
  }

  /** Calls that were to count and found all connections taken, at their limit. */
  get waited(): number {
    return this.#waited
  }

  /** The most connections that were open at a time. */
  get most(): number {
    return this.#most
  }

  submit(call: Call): void {
    const connection = this.#idle.pop()
    if (connection !== undefined) connection.send(call)
    else this.#wait(call)
  }

  /** Gives up a call that waits too long, and the connection that it has. */
  abandon(call: Call): void {
    const { connection } = call
    if (connection === undefined) return
    connection.destroy()
    this.#open.delete(connection)
    this.#growForWaiting()
  }

  close(): void {
    for (const connection of this.#open) connection.destroy()
    this.#open.clear()
  }

  opened(connection: Connection): void {
    this.#connecting -= 1
    this.free(connection)
  }

  free(connection: Connection): void {
    const call = this.#nextWaiting()
    if (call === undefined) this.#idle.push(connection)
    else connection.send(call)
  }

  answered(call: Call, { status, retryAfter }: ResponseParser): void {
    this.#observer.answered(call, status, retryAfter)
  }

  gone(connection: Connection, call: Call | undefined, code: string): void {
    this.#open.delete(connection)
    const at = this.#idle.indexOf(connection)
    if (at >= 0) this.#idle.splice(at, 1)
    if (!connection.isOpened) this.#connecting -= 1
    // What could not be reached is told to whoever has waited for it longest.
    const hit = call ?? (connection.isOpened ? undefined : this.#nextWaiting())
    if (hit !== undefined) this.#observer.failed(hit, code)
    this.#growForWaiting()
  }

  #wait(call: Call): void {
    this.#waiting.push(call)
    if (this.#open.size >= this.#limit) {
      if (call.measured && this.#waiting.size > this.#connecting) this.#waited += 1
    } else if (this.#connecting < this.#waiting.size) {
      this.#connect()
    }
  }

  #nextWaiting(): Call | undefined {
    for (;;) {
      const call = this.#waiting.shift()
      if (call === undefined || !call.settled) return call
    }
  }

  #growForWaiting(): void {
    while (this.#connecting < this.#waiting.size && this.#open.size < this.#limit) this.#connect()
  }

  #connect(): void {
    this.#connecting += 1
    this.#open.add(new Connection(this.#target, this))
    this.#most = Math.max(this.#most, this.#open.size)
  }
}
