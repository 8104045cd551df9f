import type { Socket } from 'node:net'
import type { Order, Report } from './process-messages.ts'

/** How a server and whoever directs it talk to each other; seen from the server. */
export interface LinkChannel {
  /** Of this server among those that are directed together, from 1 up. */
  readonly number: number
  /** Sends a report; into the void where nobody listens any more. */
  post(report: Report): void
  /** To be called once, before the first turn of the event loop. @param take is given each order, with its socket. */
  onOrder(take: (order: Order, socket?: Socket) => void): void
  /** Calls `abandoned` where whoever directs this server is gone. */
  onClose(abandoned: () => void): void
  /** Lets go of the channel, which would keep a server that cannot serve from ending. */
  close(): void
}
