import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import {
  invalidParameter,
  messageOf,
  resourceExhausted,
  ServingError,
  unavailable,
} from '../../core/errors.ts'

/** What network file systems and failing disks say that may be well again later. */
const PASSING = new Set(['EIO', 'ESTALE', 'ETIMEDOUT', 'EHOSTDOWN', 'EHOSTUNREACH', 'ENOTCONN', 'EREMOTEIO'])

/**
 * What went wrong with a file of the output, for the person who has to act; what is no system call's error is
 * returned as it is.
 */
export function outputFailure(error: unknown): unknown {
  if (codeOf(error) === undefined) return error
  return passingFailure(error) ?? invalidParameter(`The output cannot be written: ${messageOf(error)}`)
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'syscall' in error && 'code' in error ? String(error.code) : undefined
}

/** Of what the same command may not meet again. */
function passingFailure(error: unknown): ServingError | undefined {
  const code = codeOf(error) ?? ''
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return resourceExhausted(
      'There is no room left for the output: free some, and go on with the same command and --resume',
      error,
    )
  }
  if (!PASSING.has(code)) return undefined
  return unavailable(`The output cannot be written now: ${messageOf(error)}`, { cause: error })
}

/** Why a file of the output, or one beside it, cannot be opened. @param path of the output */
export function openFailure(path: string, error: unknown): ServingError {
  if (error instanceof ServingError) return error
  const passing = passingFailure(error)
  if (passing !== undefined) return passing
  const folder = dirname(path)
  const reason = existsSync(folder) ? messageOf(error) : `there is no folder '${folder}'`
  return invalidParameter(`The output '${path}' cannot be written: ${reason}`)
}
