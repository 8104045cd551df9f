import type { Report } from './process-messages.ts'

/** A server's side of the line to whoever keeps the rollouts for all. */
export class LinkedRollouts {
  /** Set once, before the first message is sent. */
  onMessage: (message: unknown) => void = () => {}
  readonly #post: (report: Report) => void

  constructor(post: (report: Report) => void) {
    this.#post = post
  }

  /** JSON: numbers are finite. */
  send(message: unknown): void {
    this.#post({ type: 'rollout', message })
  }
}
