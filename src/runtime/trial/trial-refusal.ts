import { deserializeError, invalidModel, type ServingError, unavailable } from '../../core/errors.ts'
import type { TrialEnd, TrialOutcome, TrialStage } from './trial-messages.ts'
import type { TrialLimits } from './trial-options.ts'

const DOING: Readonly<Record<TrialStage, string>> = {
  reading: 'while its files were read',
  opening: 'while it was opened',
  timing: 'in its first runs',
  proving: 'while it answered the requests that it brings along',
  tuning: 'while its batches were tested, which --batching off leaves out',
  closing: 'while it was closed',
}

/** What whoever wanted the model loaded is told; undefined where it passed, and where the trial was given up. */
export function refusalOf({ end, stage }: TrialOutcome, limits: TrialLimits): ServingError | undefined {
  switch (end.how) {
    case 'passed':
    case 'given-up':
      return undefined
    case 'not-started':
      return unavailable(`The process in which the model was to be tried could not be started: ${end.reason}`)
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

function failure(error: ServingError, stage: TrialStage): ServingError {
  if (!NOT_ITS_OWN.has(error.code)) return error
  return refused(`it failed ${DOING[stage]}: ${error.message}`)
}

function deathOf({ code, signal }: TrialEnd & { readonly how: 'died' }): string {
  if (signal === null) return `it ended its process with code ${code}`
  // Not ours: those are known before.
  if (signal === 'SIGKILL') return 'its process was killed (SIGKILL), as a system without memory left does,'
  return `it crashed its process (${signal})`
}

function refused(reason: string, stage?: TrialStage): ServingError {
  const when = stage === undefined ? '' : ` ${DOING[stage]}`
  return invalidModel(`The model did not pass the trial in a process of its own: ${reason}${when}`)
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MB`
}
