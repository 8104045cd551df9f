import type { LinkChannel } from './link-channel.ts'
import type { Order, Report } from './process-messages.ts'

/** The channel of a server that is in the same thread as whoever directs it: messages arrive later in the same turn. */
export class DirectChannel implements LinkChannel {
  readonly number: number
  readonly #report: (report: Report) => void
  #take: (order: Order) => void = () => {}

  /** @param report is given what the server reports. */
  constructor(number: number, report: (report: Report) => void) {
    this.number = number
    this.#report = report
  }

  /** Gives the server an order. */
  order(order: Order): void {
    queueMicrotask(() => this.#take(order))
  }

  post(report: Report): void {
    queueMicrotask(() => this.#report(report))
  }

  onOrder(take: (order: Order) => void): void {
    this.#take = take
  }

  onClose(): void {}

  close(): void {}
}
