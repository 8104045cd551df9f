import { deserializeError, isWorkerDeath, ServingError, serializeError } from '../../core/errors.ts'
import type { BatchPart } from './batch-part.ts'

/** Codes that are nobody's fault, or everybody's: to try the members one by one would change nothing. */
const COMMON_FAILURES: readonly string[] = ['CANCELLED', 'DEADLINE_EXCEEDED', 'TEMPORARILY_UNAVAILABLE']

/** What is to be done after a run that failed. */
export interface Aftermath {
  /** Parts that are run again, each group in a run of its own. */
  readonly again: readonly (readonly BatchPart[])[]
  /** Parts whose calls get the error. */
  readonly failed: readonly BatchPart[]
  readonly reason: 'death' | 'halved' | 'final'
}

/**
 * A worker may have died by any of the parts, so that each is tried once more, alone. Another failure may be the
 * fault of one of them, even of one whose call has its answer by now: that one is found by halving.
 * @param run all parts of the run that failed.
 */
export function aftermathOf(run: readonly BatchPart[], error: ServingError): Aftermath {
  const parts = run.filter(({ call }) => !call.settled)
  const died: boolean = isWorkerDeath(error)
  if (died) {
    const fresh = parts.filter((part) => !part.survivor)
    for (const part of fresh) part.survivor = true
    return {
      again: fresh.map((part) => [part]),
      failed: parts.filter((part) => !fresh.includes(part)),
      reason: 'death',
    }
  }
  if (run.length < 2 || COMMON_FAILURES.includes(error.code)) {
    return { again: [], failed: parts, reason: 'final' }
  }
  return { again: halves(parts), failed: [], reason: 'halved' }
}

/** @returns no empty ones. */
export function halves(parts: readonly BatchPart[]): readonly (readonly BatchPart[])[] {
  if (parts.length < 2) return parts.length === 0 ? [] : [parts]
  const middle = parts.length >> 1
  return [parts.slice(0, middle), parts.slice(middle)]
}

export function asServingError(thrown: unknown): ServingError {
  return thrown instanceof ServingError ? thrown : deserializeError(serializeError(thrown))
}
