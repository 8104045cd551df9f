import { messageOf, resourceExhausted, ServingError, unavailable } from '../core/errors.ts'

/** Why outcomes could not be kept, for whoever sent them: nothing was acknowledged, and the same may be sent again. */
export function outcomeFailure(error: unknown, folder: string): ServingError {
  if (error instanceof ServingError) return error
  if (isSystemError(error, 'ENOSPC', 'EDQUOT')) {
    return resourceExhausted(`There is no room left for outcomes in ${folder}: send them again later`, error)
  }
  return unavailable(
    `Outcomes cannot be kept in ${folder} just now: ${messageOf(error)}. Send them again later`,
    {
      cause: error,
    },
  )
}

export function isSystemError(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.some((code) => code === error.code)
}
