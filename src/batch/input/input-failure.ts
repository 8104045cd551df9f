import { readSync } from 'node:fs'
import { badRequest, invalidParameter, messageOf, unavailable } from '../../core/errors.ts'
import { isAway, systemCode } from '../is-away.ts'

/** A system call's error in words for the person who has to act; any other error as it is. */
export function inputFailure(error: unknown, what: 'opened' | 'read' = 'read'): unknown {
  if (systemCode(error) === undefined) return error
  return isAway(error)
    ? unavailable(`The input cannot be ${what} now: ${messageOf(error)}`, { cause: error })
    : invalidParameter(`The input cannot be ${what}: ${messageOf(error)}`)
}

/** Why a file of the input cannot be opened where it is cut. */
export function fileFailure(path: string, error: unknown): unknown {
  return isAway(error)
    ? inputFailure(error)
    : badRequest(`The input file ${path} cannot be read: ${messageOf(error)}`, { path })
}

/** Reads up to `length` bytes into `bytes` from `at` on; 0 at the end of the file only. @throws ServingError as `inputFailure` */
export function readAt(fd: number, bytes: Uint8Array, at: number, length: number, position: number): number {
  try {
    return readSync(fd, bytes, at, length, position)
  } catch (error) {
    throw inputFailure(error)
  }
}
