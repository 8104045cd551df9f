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
 * fault of one of them: that one is found by halving.
 * @param parts those whose calls still wait.
 */
export function aftermathOf(parts: readonly BatchPart[], error: ServingError): Aftermath {
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
  if (parts.length < 2 || COMMON_FAILURES.includes(error.code)) {
    return { again: [], failed: parts, reason: 'final' }
  }
  return { again: halves(parts), failed: [], reason: 'halved' }
}

export function halves(parts: readonly BatchPart[]): readonly (readonly BatchPart[])[] {
  const middle = parts.length >> 1
  return [parts.slice(0, middle), parts.slice(middle)]
}

export function asServingError(thrown: unknown): ServingError {
  return thrown instanceof ServingError ? thrown : deserializeError(serializeError(thrown))
}
