import type { Socket } from 'node:net'
import type { Offer, Service } from './receiver.ts'

/** Offered to one process and not answered: the next is then on its way while the first is taken. */
const MAX_OFFERED = 2

/** A connection that the process may still take. */
export interface Offered {
  readonly socket: Socket
  readonly service: Service | undefined
  readonly until: number | undefined
}

/** What the dispatcher knows of one process. */
export class Seat {
  /** Connections that the process said it has. */
  taken = 0
  /** It gets no more. */
  retired = false
  readonly #offers = new Map<number, Offered>()
  /** Withdrawn, and not answered since: the process does not do anything at the moment. */
  #withdrawn = 0

  /** Not answered yet. */
  get offered(): number {
    return this.#offers.size
  }

  get connections(): number {
    return this.taken + this.#offers.size
  }

  get isFull(): boolean {
    return this.#offers.size >= MAX_OFFERED
  }

  get isStalled(): boolean {
    return this.#withdrawn > 0
  }

  offer(socket: Socket, { id, until, service }: Offer): void {
    this.#offers.set(id, { socket, until, service })
  }

  /** The process has answered. @returns the connection, unless it was withdrawn before. */
  answer(id: number): Offered | undefined {
    const offer = this.#offers.get(id)
    if (offer === undefined) this.#withdrawn = Math.max(0, this.#withdrawn - 1)
    this.#offers.delete(id)
    return offer
  }

  /** Takes back what was offered until this time or an earlier one. */
  withdraw(until: number): Offered[] {
    const withdrawn: Offered[] = []
    for (const [id, offer] of this.#offers) {
      // What is offered for good goes back only when the process is gone.
      if (offer.until === undefined || offer.until > until) continue
      this.#offers.delete(id)
      this.#withdrawn += 1
      withdrawn.push(offer)
    }
    return withdrawn
  }

  /** The process is gone. */
  withdrawAll(): Offered[] {
    const all = [...this.#offers.values()]
    this.#offers.clear()
    return all
  }
}
