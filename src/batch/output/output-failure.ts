import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import {
  invalidParameter,
  messageOf,
  resourceExhausted,
  ServingError,
  unavailable,
} from '../../core/errors.ts'
import { isAway, systemCode } from '../is-away.ts'

/**
 * What went wrong with a file of the output, for the person who has to act; what is no system call's error is
 * returned as it is.
 */
export function outputFailure(error: unknown): unknown {
  if (systemCode(error) === undefined) return error
  return passingFailure(error) ?? invalidParameter(`The output cannot be written: ${messageOf(error)}`)
}

/** Of what the same command may not meet again. */
function passingFailure(error: unknown): ServingError | undefined {
  const code = systemCode(error)
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return resourceExhausted(
      'There is no room left for the output: free some, and go on with the same command and --resume',
      error,
    )
  }
  if (!isAway(error)) return undefined
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
