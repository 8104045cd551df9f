import type { AnswerForm } from '../target.ts'
import type { Random } from './random.ts'

/** A kind of request, of which bodies can be made. */
export interface RequestPlan {
  /** What its inputs are, for a person: `4 columns`. */
  readonly what: string
  readonly method: string
  /** Percent-encoded; of gRPC the full name of the method. */
  readonly path: string
  /** Rows that its bodies have, and its answers have to have. */
  readonly rows: number
  readonly form: AnswerForm
  /** The same body for the same random numbers. */
  make(random: Random): MadeRequest
}

export interface MadeRequest {
  readonly headers: Readonly<Record<string, string>>
  /** Of gRPC the message without its frame. */
  readonly body: Uint8Array
}

/** A JSON body. */
export function jsonRequest(value: object): MadeRequest {
  return { headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(value)) }
}
