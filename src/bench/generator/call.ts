import type { PreparedRequest } from './prepared-request.ts'

/** Of an answer that is to be checked so much is kept, in bytes: one that never ends must not fill the memory. */
export const MOST_KEPT = 256 * 1024 * 1024

/** What a call is sent over. */
export interface Carrier {
  /** Ends it without telling its owner. */
  destroy(): void
}

/** One arrival, until it is known what became of it. */
export interface Call {
  readonly request: PreparedRequest
  /** `performance.now()` at which it was to arrive. */
  readonly dueAt: number
  /** Whether it counts: it was due after the warm-up. */
  readonly measured: boolean
  /** `performance.now()` at which a connection took it; 0 while it waits for one. */
  sentAt: number
  /** That has sent it; undefined while it waits for one. */
  connection: Carrier | undefined
  settled: boolean
  /** A server would not take it, and it was sent once more. */
  sentAgain: boolean
}

/** What came back. It is good until the observer returns: a connection uses it again. */
export interface Answer {
  /** HTTP status, or gRPC code. */
  readonly status: number
  readonly retryAfter: string | undefined
  /** Where a redirect leads. */
  readonly location: string | undefined
  readonly serverTiming: string | undefined
  /** Of the body (RFC 9110, section 8.4); undefined where it is as it stands. */
  readonly contentEncoding: string | undefined
  /** What a server of gRPC says with its code. */
  readonly message: string | undefined
  /** All of it where it is to be checked, the beginning of it where the status is not the expected one, else nothing. */
  readonly body: Buffer | undefined
}

/** Told once of each call, unless it was given up before. */
export interface CallObserver {
  /** Whether the `Server-Timing` of an answer that comes now is wanted. */
  wantsTiming(): boolean
  answered(call: Call, answer: Answer): void
  /** @param code why, as errors of Node have it, or one of ours. */
  failed(call: Call, code: string): void
}
