import type { Call, CallObserver, Carrier } from './call.ts'
import { Connection, type ConnectionOwner } from './connection.ts'
import { Fifo } from './fifo.ts'
import { OpenConnections } from './open-connections.ts'
import type { ResponseParser } from './response-parser.ts'
import type { Endpoint, Transport } from './transport.ts'

/** Connections of HTTP/1.1 that are kept and grow with the need for them. */
export class ConnectionPool implements Transport, ConnectionOwner {
  readonly #endpoint: Endpoint
  readonly #observer: CallObserver
  readonly #open: OpenConnections<Carrier>
  /** The last one used is the next one taken, so that those that are not needed grow old. */
  readonly #idle: Connection[] = []
  readonly #waiting = new Fifo<Call>()
  #connecting = 0
  #waited = 0

  constructor(endpoint: Endpoint, limit: number, observer: CallObserver) {
    this.#endpoint = endpoint
    this.#open = new OpenConnections(limit)
    this.#observer = observer
  }

  get waited(): number {
    return this.#waited
  }

  get most(): number {
    return this.#open.most
  }

  submit(call: Call): void {
    const connection = this.#idle.pop()
    if (connection !== undefined) connection.send(call)
    else this.#wait(call)
  }

  abandon(call: Call): void {
    const { connection } = call
    if (connection === undefined) return
    connection.destroy()
    this.#open.delete(connection)
    this.#growForWaiting()
  }

  close(): void {
    for (const connection of this.#open) connection.destroy()
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

  wantsTiming(): boolean {
    return this.#observer.wantsTiming()
  }

  answered(call: Call, parser: ResponseParser): void {
    this.#observer.answered(call, parser)
  }

  gone(connection: Connection, call: Call | undefined, code: string): void {
    this.#open.delete(connection)
    const at = this.#idle.indexOf(connection)
    if (at >= 0) this.#idle.splice(at, 1)
    if (!connection.isOpened) this.#connecting -= 1
    // What could not be reached is told to whoever has waited for it longest.
    const hit = call ?? (connection.isOpened ? undefined : this.#nextWaiting())
    if (hit !== undefined && connection.wasClosedIdle) this.#sendAgain(hit)
    else if (hit !== undefined) this.#observer.failed(hit, code)
    this.#growForWaiting()
  }

  /** As clients do whose request crossed the closing of a connection that was kept (RFC 9112, section 9.3.1). */
  #sendAgain(call: Call): void {
    call.connection = undefined
    this.submit(call)
  }

  #wait(call: Call): void {
    this.#waiting.push(call)
    if (this.#open.isFull) {
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
    while (this.#connecting < this.#waiting.size && !this.#open.isFull) this.#connect()
  }

  #connect(): void {
    this.#connecting += 1
    this.#open.add(new Connection(this.#endpoint, this))
  }
}
