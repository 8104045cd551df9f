import type { Answer, Call, CallObserver } from './call.ts'
import { Fifo } from './fifo.ts'
import { GrpcConnection, type GrpcConnectionOwner } from './grpc-connection.ts'
import { OpenConnections } from './open-connections.ts'
import type { Endpoint, Transport } from './transport.ts'

/** How calls are laid on connections. */
export interface CallSpread {
  /** A further connection is opened where all have so many calls. */
  readonly wanted: number
  /** A connection never has more; servers allow a hundred as a rule (RFC 9113, section 6.5.2). */
  readonly most: number
}

/** As several clients do, of which each has several calls. */
const SOME_CALLS_EACH: CallSpread = { wanted: 8, most: 100 }
export const ONE_CALL_EACH: CallSpread = { wanted: 1, most: 1 }

/** Connections of gRPC that are kept and grow with the need for them. */
export class GrpcPool implements Transport, GrpcConnectionOwner {
  readonly #endpoint: Endpoint
  readonly #spread: CallSpread
  readonly #observer: CallObserver
  readonly #open: OpenConnections<GrpcConnection>
  readonly #waiting = new Fifo<Call>()
  #waited = 0

  constructor(endpoint: Endpoint, limit: number, spread: CallSpread | undefined, observer: CallObserver) {
    this.#endpoint = endpoint
    this.#open = new OpenConnections(limit)
    this.#spread = spread ?? SOME_CALLS_EACH
    this.#observer = observer
  }

  get waited(): number {
    return this.#waited
  }

  get most(): number {
    return this.#open.most
  }

  submit(call: Call): void {
    const connection = this.#choose()
    if (connection !== undefined) {
      connection.send(call)
    } else {
      if (call.measured) this.#waited += 1
      this.#waiting.push(call)
    }
  }

  abandon(call: Call): void {
    call.connection?.destroy()
  }

  close(): void {
    for (const connection of this.#open) connection.close()
  }

  free(connection: GrpcConnection): void {
    while (connection.isUsable && connection.active < this.#spread.most) {
      const call = this.#waiting.shift()
      if (call === undefined) return
      if (!call.settled) connection.send(call)
    }
  }

  gone(connection: GrpcConnection): void {
    this.#open.delete(connection)
    while (this.#waiting.size > 0) {
      const next = this.#choose()
      if (next === undefined) return
      this.free(next)
    }
  }

  wantsTiming(): boolean {
    return this.#observer.wantsTiming()
  }

  answered(call: Call, answer: Answer): void {
    this.#observer.answered(call, answer)
  }

  /** As clients of gRPC do (gRPC proposal A6, Transparent Retries). */
  refused(call: Call): void {
    call.sentAgain = true
    call.connection = undefined
    this.submit(call)
  }

  failed(call: Call, code: string): void {
    this.#observer.failed(call, code)
  }

  /** @returns the one with the fewest calls, or a new one where that has enough; undefined where all are full. */
  #choose(): GrpcConnection | undefined {
    let best: GrpcConnection | undefined
    for (const connection of this.#open) {
      if (!connection.isUsable) continue
      if (best === undefined || connection.active < best.active) best = connection
    }
    const isEnough = best !== undefined && best.active < this.#spread.wanted
    if (!isEnough && !this.#open.isFull) return this.#connect()
    return best !== undefined && best.active < this.#spread.most ? best : undefined
  }

  #connect(): GrpcConnection {
    const connection = new GrpcConnection(this.#endpoint, this)
    this.#open.add(connection)
    return connection
  }
}
