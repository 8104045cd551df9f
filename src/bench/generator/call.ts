import type { RequestBytes } from './request-bytes.ts'

/** What a call is sent over. */
export interface Carrier {
  /** Ends it without telling its owner. */
  destroy(): void
}

/** One arrival, until it is known what became of it. */
export interface Call {
  readonly request: RequestBytes
  /** `performance.now()` at which it was to arrive. */
  readonly dueAt: number
  /** Whether it counts: it was due after the warm-up. */
  readonly measured: boolean
  /** That has sent it; undefined while it waits for one. */
  connection: Carrier | undefined
  settled: boolean
}

/** Told once of each call, unless it was given up before. */
export interface CallObserver {
  answered(call: Call, status: number, retryAfter: string | undefined): void
  failed(call: Call, code: string): void
}
