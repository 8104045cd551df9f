import { badRequest, invalidParameter } from '../../core/errors.ts'
import { isRecord } from '../../core/record.ts'
import { shortened } from '../../core/shortened.ts'
import type { RolloutQuestion } from '../../rollout/rollout-messages.ts'

/** Written to a tag beside all else that a state holds. */
const MAX_CAUSE_LENGTH = 300

type Body = Readonly<Record<string, unknown>>
type Question<Ask extends RolloutQuestion['ask']> = Extract<RolloutQuestion, { readonly ask: Ask }>

/** `{"split": {"a": 80, "b": 20}}`: percent, to a tenth. @throws ServingError */
export function readSet(rollout: string, body: Body): Question<'set'> {
  const { split } = only(body, 'split')
  if (!isRecord(split)) throw badRequest(`'split' is not an object, as in {"split": {"a": 80, "b": 20}}.`)
  if (Object.keys(split).length === 0) throw badRequest("'split' names no variant.")
  const permille = Object.entries(split).map(
    ([variant, percent]) => [variant, permilleOf(variant, percent)] as const,
  )
  return { ask: 'set', rollout, permille: Object.fromEntries(permille) }
}

/** `{"variant": "b"}`. @throws ServingError */
export function readPromote(rollout: string, body: Body): Question<'promote'> {
  const { variant } = only(body, 'variant')
  if (typeof variant !== 'string')
    throw badRequest(`'variant' is not the name of one, as in {"variant": "b"}.`)
  return { ask: 'promote', rollout, variant }
}

/** `{}`, or `{"cause": "…"}`. @throws ServingError */
export function readAbort(rollout: string, body: Body): Question<'abort'> {
  const { cause = 'aborted by an operator' } = only(body, 'cause')
  if (typeof cause !== 'string') throw badRequest("'cause' is not a text.")
  if (cause.length > MAX_CAUSE_LENGTH) {
    throw invalidParameter(`'cause' has ${cause.length} characters; at most ${MAX_CAUSE_LENGTH} are kept.`)
  }
  return { ask: 'abort', rollout, cause }
}

/** `{}`. @throws ServingError */
export function readRestart(rollout: string, body: Body): Question<'restart'> {
  only(body)
  return { ask: 'restart', rollout }
}

function permilleOf(variant: string, percent: unknown): number {
  const place = `'split.${shortened(variant)}'`
  if (typeof percent !== 'number' || !(percent >= 0 && percent <= 100)) {
    throw invalidParameter(`${place} is not a percentage from 0 to 100.`)
  }
  const permille = Math.round(percent * 10)
  // As far apart as sums such as 0.1 + 0.2 are.
  if (Math.abs(percent * 10 - permille) > 1e-9) {
    throw invalidParameter(`${place} is ${percent}: shares go by tenths of a percent.`)
  }
  return permille
}

function only(body: Body, ...known: readonly string[]): Body {
  const other = Object.keys(body).find((name) => !known.includes(name))
  if (other === undefined) return body
  throw badRequest(`'${shortened(other)}' is not a member of this request.`)
}
