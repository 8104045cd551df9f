import type { MessagePort } from 'node:worker_threads'
import type { LinkChannel } from './link-channel.ts'
import type { Order, Report } from './process-messages.ts'

/** A listener thread's channel to the main thread, without which there is no thread either. */
export class ThreadChannel implements LinkChannel {
  readonly number: number
  readonly #port: MessagePort

  constructor(number: number, port: MessagePort) {
    this.number = number
    this.#port = port
  }

  post(report: Report): void {
    this.#port.postMessage(report)
  }

  onOrder(take: (order: Order) => void): void {
    this.#port.on('message', take)
  }

  onClose(): void {}

  close(): void {
    this.#port.close()
  }
}
