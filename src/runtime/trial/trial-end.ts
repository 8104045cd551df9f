import {
  deserializeError,
  invalidModel,
  type SerializedError,
  type ServingError,
  unavailable,
} from '../../core/errors.ts'
import type { LoadStage } from '../load/load-stage.ts'
import type { TrialLimits } from './trial-options.ts'

/** How a trial came to its end. */
export type TrialEnd =
  | { readonly how: 'passed' }
  | { readonly how: 'failed'; readonly error: SerializedError }
  /** Its time was up. */
  | { readonly how: 'late' }
  /** It held more memory than it may. */
  | { readonly how: 'large'; readonly bytes: number }
  | { readonly how: 'given-up'; readonly reason: unknown }
  | { readonly how: 'not-started'; readonly cause: unknown }
  /** It did not end itself in order, nor did we end it. */
  | { readonly how: 'died'; readonly code: number | null; readonly signal: NodeJS.Signals | null }

const DOING: Readonly<Record<LoadStage | 'reading', string>> = {
  reading: 'while its files were read',
  opening: 'while it was opened',
  timing: 'in its first runs',
  proving: 'while it answered the requests that it brings along',
  tuning: 'while its batches were tested, which --batching off leaves out',
  closing: 'while it was closed',
}

/** How far it came, and what it was allowed. */
export interface TrialCircumstances {
  readonly stage: LoadStage | 'reading'
  readonly limits: TrialLimits
}

/** What whoever wanted the model loaded is told; undefined where it passed. */
export function refusalOf(end: TrialEnd, { stage, limits }: TrialCircumstances): unknown {
  switch (end.how) {
    case 'passed':
      return undefined
    case 'given-up':
      return end.reason
    case 'not-started':
      return unavailable('The process in which the model was to be tried could not be started', {
        cause: end.cause,
      })
    case 'failed':
      return failure(deserializeError(end.error), stage)
    case 'late':
      return refused(`it had not ended after ${limits.timeoutMs / 1000} s, and was last seen`, stage)
    case 'large':
      return refused(
        `it took ${megabytes(end.bytes)} of memory, where ${megabytes(limits.memoryBytes)} are allowed,`,
        stage,
      )
    case 'died':
      return refused(deathOf(end), stage)
  }
}

/** Codes that would say of the server what is the model's doing. */
const NOT_ITS_OWN: ReadonlySet<string> = new Set([
  ...['BAD_REQUEST', 'TEMPORARILY_UNAVAILABLE', 'DEADLINE_EXCEEDED', 'CANCELLED', 'INTERNAL_ERROR'],
])

function failure(error: ServingError, stage: TrialCircumstances['stage']): ServingError {
  if (!NOT_ITS_OWN.has(error.code)) return error
  return refused(`it failed ${DOING[stage]}: ${error.message}`)
}

function deathOf({ code, signal }: TrialEnd & { readonly how: 'died' }): string {
  if (signal === null) return `it ended its process with code ${code}`
  // Not ours: those are known before.
  if (signal === 'SIGKILL') return 'its process was killed (SIGKILL), as a system without memory left does,'
  return `it crashed its process (${signal})`
}

function refused(reason: string, stage?: TrialCircumstances['stage']): ServingError {
  const when = stage === undefined ? '' : ` ${DOING[stage]}`
  return invalidModel(`The model did not pass the trial in a process of its own: ${reason}${when}`)
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MB`
}
