import type { RolloutChannel } from '../../../../rollout/rollout-channel.ts'
import type { MemberMessage, ThreadMessage } from '../../../../rollout/rollout-messages.ts'
import type { OpenRolloutLine, RolloutLine } from '../../../../supervisor/rollout-relay.ts'

/** The channel of a member in the thread that has started the rollout thread. */
export class DirectLine implements RolloutChannel {
  onMessage: (message: ThreadMessage) => void = () => {}
  readonly #line: RolloutLine

  constructor(open: OpenRolloutLine) {
    this.#line = open((message) => this.onMessage(message as ThreadMessage))
  }

  send(message: MemberMessage): void {
    this.#line.send(message)
  }
}
