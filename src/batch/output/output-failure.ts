import { invalidParameter, messageOf, resourceExhausted } from '../../core/errors.ts'

/**
 * What went wrong with a file of the output, for the person who has to act; what is no system call's error is
 * returned as it is.
 */
export function outputFailure(error: unknown): unknown {
  const code = error instanceof Error && 'syscall' in error && 'code' in error ? error.code : undefined
  if (code === undefined) return error
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return resourceExhausted(
      'There is no room left for the output: free some, and go on with the same command and --resume',
      error,
    )
  }
  return invalidParameter(`The output cannot be written: ${messageOf(error)}`)
}
