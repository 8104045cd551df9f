import type { Socket } from 'node:net'

/** A process that connections can be handed to. */
export interface Receiver {
  /** Sends a copy of the connection; this side stays open until the process says that it has it. */
  hand(socket: Socket, offer: Offer): void
}

/** What listens on the port that a connection came by. */
export type Service = 'http' | 'grpc'

/** The terms on which a connection is handed over. */
export interface Offer {
  readonly id: number
  /** Time of the machine past which the process must not take it, as somebody else may have it; never unless set. */
  readonly until?: number
  /** `http` unless set. */
  readonly service?: Service
}
