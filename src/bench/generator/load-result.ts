import type { Percentiles } from '../measurement.ts'

/** What became of the requests of one kind, or of all, that were to arrive within the measured time. */
export interface Outcome {
  readonly offered: number
  /** Those that found a connection before they were given up. */
  readonly sent: number
  /** By HTTP status. */
  readonly answers: Readonly<Record<string, number>>
  /** Not answered within `timeoutMs`. */
  readonly timeouts: number
  /** Connections that failed under a request, by code: ECONNREFUSED, ECONNRESET, CLOSED, NOT_HTTP; and `wrong answer`. */
  readonly errors: Readonly<Record<string, number>>
  /** An example of each failure, by its status, its code or `timeout`. */
  readonly examples: Readonly<Record<string, string>>
  /** Answers with the status that was expected, and not wrong. */
  readonly right: number
  /** Those of them within `deadlineMs`. */
  readonly inTime: number
  /** From the intended arrival to the last byte of right answers. */
  readonly latencyMs: Percentiles
  /** Of the same, as `Latencies.encode()` has it. */
  readonly histogram: string
  /** The same of all other answers. */
  readonly otherLatencyMs: Percentiles
  /** Values of `Retry-After`, and how often each came. */
  readonly retryAfter: Readonly<Record<string, number>>
}

/** Of the measured time: arrivals intended within one second of it. */
export interface Second {
  readonly offered: number
  readonly right: number
  readonly failed: number
  readonly p50Ms: number
  readonly p99Ms: number
}

/** What `Server-Timing` says of a stage, added up. */
export interface StageSum {
  readonly totalMs: number
  readonly count: number
}

export interface LoadResult {
  readonly seconds: number
  readonly offeredPerSecond: number
  /** Right answers within `deadlineMs`. */
  readonly goodputPerSecond: number
  readonly total: Outcome
  readonly byRequest: Readonly<Record<string, Outcome>>
  readonly overTime: readonly Second[]
  readonly stages: Readonly<Record<string, StageSum>>
  readonly threads: number
  /** How much later than intended arrivals were handed to a connection, or to the queue for one: the fault of this side. */
  readonly lagMs: Percentiles
  /** Of its time what the busiest thread worked. */
  readonly busyShare: number
  /** Of its time what one thread waited at most for a processor; undefined where the system does not tell. */
  readonly starvedShare: number | undefined
  /** Arrivals that found all connections taken, at their limit. */
  readonly waited: number
  /** The most connections that were open at a time. */
  readonly connections: number
  /** Whether the generator was the limit: it sent late, or had no time or no processor left. */
  readonly wasLimit: boolean
  /** Whether the load was what it was to be. */
  readonly valid: boolean
  /** Why it was not. */
  readonly faults: readonly string[]
}
