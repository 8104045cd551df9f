import { overloaded, type ServingError, shareExceeded, unavailable } from '../../core/errors.ts'

/** Why a request was not let in. */
export const REFUSAL_REASONS = ['queue', 'wait', 'lag', 'share', 'bytes', 'draining'] as const

/**
 * `queue`: as many requests or rows wait as may. `wait`: the answer would come after its deadline. `lag`: so many
 * were ready to be read at once that most of the time to its deadline had passed when it was. `share`: the
 * caller holds more than its part of the queue. `bytes`: too many bodies are held. `draining`: nothing is let in
 * any more.
 */
export type RefusalReason = (typeof REFUSAL_REASONS)[number]

/** A request that was refused before any work was done for it. */
export interface Refusal {
  readonly reason: RefusalReason
  readonly message: string
  /** Whole seconds until the same request would probably be let in; at least 1. */
  readonly retryAfterSeconds: number
}

/** A forecast beyond this is a guess, and a client told to come back in an hour does not come back. */
const LONGEST_RETRY_SECONDS = 60

/** @param ms the time after which there should be room. */
export function retryAfterSeconds(ms: number): number {
  return Math.min(LONGEST_RETRY_SECONDS, Math.max(1, Math.ceil(ms / 1000)))
}

/** What the caller of a refused request is told. */
export function refusalError({ reason, message, retryAfterSeconds }: Refusal): ServingError {
  if (reason === 'draining') return unavailable(message, { details: { refused: reason } })
  if (reason === 'share') return shareExceeded(message, retryAfterSeconds, { refused: reason })
  return overloaded(message, retryAfterSeconds, { refused: reason })
}
