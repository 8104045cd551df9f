import type { MemberMessage, ThreadMessage } from './rollout-messages.ts'

/** A member's line to the rollout thread of its server, however many threads and processes lie between. */
export interface RolloutChannel {
  /** Never throws; what is sent to a thread that is gone is lost, but for questions, which are answered by a failure. */
  send(message: MemberMessage): void
  /** Set once, before the first message is sent. */
  onMessage: (message: ThreadMessage) => void
}
