import type { Connection } from './connection.ts'
import type { RequestBytes } from './request-bytes.ts'

/** One arrival, until it is known what became of it. */
export interface Call {
  readonly request: RequestBytes
  /** `performance.now()` at which it was to arrive. */
  readonly dueAt: number
  /** Whether it counts: it was due after the warm-up. */
  readonly measured: boolean
  /** That has sent it; undefined while it waits for one. */
  connection: Connection | undefined
  settled: boolean
}

/** Told once of each call, and of each change of the connections. */
export interface CallObserver {
  answered(call: Call, status: number, retryAfter: string | undefined): void
  failed(call: Call, code: string): void
}
