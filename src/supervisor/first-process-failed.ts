import { internalError } from '../core/errors.ts'
import type { ProcessEnd } from './supervised-process.ts'

/** The first process ended before it was ready: what ails it ails them all, and it has said what. */
export class FirstProcessFailed extends Error {
  readonly end: ProcessEnd

  constructor(end: ProcessEnd) {
    super('The first process could not start')
    this.end = end
  }
}

/** How the program that failed at its start ended, for the exit code; undefined where it said why itself. */
export function startFailure({ end: { code, signal } }: FirstProcessFailed): Error | undefined {
  return signal === null && code !== 0 ? undefined : internalError(`The first process ended by ${signal}`)
}
