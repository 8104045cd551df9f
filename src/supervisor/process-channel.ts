import type { Socket } from 'node:net'
import type { LinkChannel } from './link-channel.ts'
import { type Order, PROCESS_NUMBER, type Report } from './process-messages.ts'

/** A process's channel to the one that has started it. */
export class ProcessChannel implements LinkChannel {
  readonly number: number
  #abandoned: () => void = () => {}

  private constructor(number: number) {
    this.number = number
  }

  /** Undefined where this process has no supervisor. Its own children have none either. */
  static open(): ProcessChannel | undefined {
    const number = process.env[PROCESS_NUMBER]
    delete process.env[PROCESS_NUMBER]
    return number === undefined || process.send === undefined ? undefined : new ProcessChannel(Number(number))
  }

  post(report: Report): void {
    // Without a supervisor the process is on its way out.
    if (process.connected) process.send?.(report, undefined, undefined, () => {})
  }

  onOrder(take: (order: Order, socket?: Socket) => void): void {
    process.on('message', (order, socket) => take(order as Order, socket as Socket | undefined))
  }

  onClose(abandoned: () => void): void {
    this.#abandoned = abandoned
    process.once('disconnect', abandoned)
  }

  close(): void {
    process.off('disconnect', this.#abandoned)
    if (process.connected) process.disconnect()
  }
}
