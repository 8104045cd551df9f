import type { SerializedError } from '../../core/errors.ts'
import type { SettledPlan } from './load-plan.ts'
import type { StageSum } from './load-result.ts'
import type { EncodedSecond } from './second-series.ts'
import type { EncodedTally } from './tally.ts'
import type { UsageShares } from './thread-usage.ts'

/** The part of a load that one of its threads sends. */
export interface SharePlan {
  readonly plan: SettledPlan
  /** Of the threads, from 0. */
  readonly thread: number
}

/** To a thread that is ready: when to begin, as `process.hrtime.bigint()`, which all threads share. */
export interface StartMessage {
  readonly startAt: bigint
}

/** From a thread. */
export type ThreadMessage =
  | { readonly kind: 'ready' }
  | ({ readonly kind: 'progress' } & ShareProgress)
  | { readonly kind: 'done'; readonly result: ShareResult }
  | { readonly kind: 'failed'; readonly error: SerializedError }

/** Since the last one. */
export interface ShareProgress {
  /** Of right answers. */
  readonly latency: string
  readonly failed: number
}

/** What was recorded of the calls of a thread. */
export interface ShareRecord {
  /** By the names of the requests. */
  readonly tallies: ReadonlyMap<string, EncodedTally>
  readonly overTime: readonly EncodedSecond[]
  readonly stages: Readonly<Record<string, StageSum>>
  readonly lag: string
}

export interface ShareResult extends ShareRecord, UsageShares {
  readonly waited: number
  readonly connections: number
}
