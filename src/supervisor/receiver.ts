import type { Socket } from 'node:net'

/** A process that connections can be handed to. */
export interface Receiver {
  /** Sends a copy of the connection; this side stays open until the process says that it has it. */
  hand(socket: Socket, offer: Offer): void
}

/** The terms on which a connection is handed over. */
export interface Offer {
  readonly id: number
  /** Time of the machine past which the process must not take it, as somebody else may have it; never unless set. */
  readonly until?: number
}
