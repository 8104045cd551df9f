import type { MemberMessage, RolloutThreadPlan, ThreadMessage } from '../../../../rollout/rollout-messages.ts'
import type { RolloutState } from '../../../../rollout/rollout-state.ts'
import type { ServeSettings } from '../../../config.ts'

/** What the rollout thread is started with. */
export interface RolloutThreadData extends RolloutThreadPlan {
  readonly settings: ServeSettings
  /** Of outcome ids; the same as all members have. */
  readonly outcomeKey: Uint8Array
  /** URIs of the controls as they were given, by the name of the rollout. */
  readonly controls: ReadonlyMap<string, string>
  /** That the members go by, of a thread that has ended; by the name of the rollout. */
  readonly known: ReadonlyMap<string, RolloutState>
}

/** To the thread. Lines of members are numbered; a number is used once. */
export type ThreadRequest =
  | { readonly kind: 'member'; readonly line: number; readonly message: MemberMessage }
  /** Nothing more comes: see that all is kept, and end. */
  | { readonly kind: 'end' }

/** From the thread. Without a line: for all members. */
export type ThreadReply =
  | { readonly kind: 'tell'; readonly line: number | undefined; readonly message: ThreadMessage }
  /** It does not hang: once a second, whatever else is said. */
  | { readonly kind: 'alive' }
  | { readonly kind: 'ended' }
