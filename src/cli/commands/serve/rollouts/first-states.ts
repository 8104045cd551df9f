import type { RolloutChannel } from '../../../../rollout/rollout-channel.ts'
import type { MemberMessage, ThreadMessage } from '../../../../rollout/rollout-messages.ts'

/** A member's channel that knows when the states of all rollouts have come. */
export class FirstStates implements RolloutChannel {
  onMessage: (message: ThreadMessage) => void = () => {}
  readonly #channel: RolloutChannel
  readonly #missing: Set<string>
  readonly #come = Promise.withResolvers<void>()

  constructor(channel: RolloutChannel, rollouts: readonly string[]) {
    this.#channel = channel
    this.#missing = new Set(rollouts)
    channel.onMessage = (message) => this.#take(message)
  }

  send(message: MemberMessage): void {
    this.#channel.send(message)
  }

  /** Resolves when they have, or after this time. */
  async within(ms: number): Promise<void> {
    const late = Promise.withResolvers<void>()
    const timer = setTimeout(late.resolve, ms)
    await Promise.race([this.#come.promise, late.promise])
    clearTimeout(timer)
  }

  #take(message: ThreadMessage): void {
    this.onMessage(message)
    if (message.kind !== 'state') return
    this.#missing.delete(message.rollout)
    if (this.#missing.size === 0) this.#come.resolve()
  }
}
