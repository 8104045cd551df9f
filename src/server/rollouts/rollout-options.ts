import type { RolloutChannel } from '../../rollout/rollout-channel.ts'
import type { RolloutPlan } from '../../rollout/rollout-plan.ts'

/** What the server is given for its rollouts. */
export interface RolloutOptions {
  readonly plans: readonly RolloutPlan[]
  /** Its `onMessage` is set by the server. */
  readonly channel: RolloutChannel
  /** By which outcome ids are signed. */
  readonly outcomeKey: Uint8Array
}
