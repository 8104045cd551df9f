import { cancelled, messageOf, resourceExhausted, ServingError, unusableCache } from '../../core/errors.ts'

/** Whether this is a system call's error with one of these codes. */
export function isErrno(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.some((code) => code === error.code)
}

/** No room on the disk, or none left of the user's quota. */
function isDiskFull(error: unknown): boolean {
  return isErrno(error, 'ENOSPC', 'EDQUOT', 'SQLITE_FULL')
}

/** What went wrong in the cache's folder, for the person who has to act. */
export function cacheFailure(error: unknown, folder: string): ServingError {
  if (error instanceof ServingError) return error
  if (isDiskFull(error)) {
    return resourceExhausted(
      `There is no room left for the model in the cache at ${folder}: free some, or name another folder (--cache-dir)`,
      error,
    )
  }
  return unusableCache(
    `The model cache at ${folder} cannot be used: ${messageOf(error)}. Another folder can be named (--cache-dir).`,
    error,
  )
}

/** @throws ServingError CANCELLED, or what the caller gave as its reason, once `signal` is aborted */
export function throwIfStopped(signal: AbortSignal | undefined, stage: string): void {
  if (!signal?.aborted) return
  throw signal.reason instanceof ServingError ? signal.reason : cancelled(`Stopped while ${stage}`)
}
