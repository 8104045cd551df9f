import type { HttpPeer } from '../http-peer.ts'
import type { KnownModel } from '../target-options.ts'
import type { Trial } from '../trial.ts'

/** Where a scoring server is asked, and what is known of its model. */
export interface ScoringSearch {
  readonly peer: HttpPeer
  readonly trial: Trial
  /** `/invocations`, or that of one of several models. */
  readonly path: string
  readonly rows: number
  readonly model: KnownModel | undefined
}
