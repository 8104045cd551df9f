import type { SampleBody } from './scoring-sample.ts'

/** A request with the answer that was recorded for it, from one of a model's own files. */
export interface GoldenRequest extends SampleBody {
  readonly origin: GoldenOrigin
  /** HTTP status of the recorded answer. */
  readonly status: number
  /** The recorded answer as JSON, as `parseReply` reads it; undefined where the status is that of a refusal. */
  readonly reply: unknown
}

/** Where a golden request is written down, for messages. */
export interface GoldenOrigin {
  /** Relative to the model's folder. */
  readonly file: string
  /** Counted from 1; undefined where the file holds one answer. */
  readonly line?: number
}

export function isRefusal(status: number): boolean {
  return status >= 400
}
