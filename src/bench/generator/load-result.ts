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
  /** Connections that failed under a request, by code: ECONNREFUSED, ECONNRESET, CLOSED, NOT_HTTP. */
  readonly errors: Readonly<Record<string, number>>
  /** Answers 200 within `deadlineMs`. */
  readonly inTime: number
  /** From the intended arrival to the last byte of answers 200. */
  readonly latencyMs: Percentiles
  /** The same of all other answers. */
  readonly otherLatencyMs: Percentiles
  /** Values of `Retry-After`, and how often each came. */
  readonly retryAfter: Readonly<Record<string, number>>
}

export interface LoadResult {
  readonly seconds: number
  readonly offeredPerSecond: number
  /** Answers 200 within `deadlineMs`. */
  readonly goodputPerSecond: number
  readonly total: Outcome
  readonly byRequest: Readonly<Record<string, Outcome>>
  /** How much later than intended arrivals were handed to a connection, or to the queue for one: the fault of this side. */
  readonly lagMs: Percentiles
  /** Arrivals that found all connections taken, at their limit. */
  readonly waited: number
  /** The most connections that were open at a time. */
  readonly connections: number
  /** Whether the load was what it was to be. */
  readonly valid: boolean
  /** Why it was not. */
  readonly faults: readonly string[]
}
