import { invalidParameter } from '../../core/errors.ts'
import type { RequestPlan } from '../payloads/request-plan.ts'
import type { AnswerForm, Dialect } from '../target.ts'
import type { Trial } from './trial.ts'

/** What a server takes, and how that was found out. */
export interface FoundPlan {
  readonly plan: RequestPlan
  readonly dialect: Dialect
  /** For a person, each a few words. */
  readonly found: readonly string[]
}

/** Sizes of open dimensions after the first that sequences, tables and pictures take. */
export const OPEN_SIZES = [8, 1, 32, 224] as const

/**
 * Nothing that could be made is taken: what to do now.
 * @param tried for a person
 * @param form of what was tried: not every server takes tensors as bytes
 */
export function nothingTaken(url: string, tried: string, trial: Trial, form: AnswerForm = 'json'): Error {
  const said = trial.refusalText === '' ? '' : `: ${trial.refusalText}`
  const others = form === 'binary' ? ', or ask with JSON (--protocol v2)' : ''
  return invalidParameter(
    `${url} refuses ${tried}${said}. Give a body that it takes with --payload FILE${others}`,
  )
}
