import { asciiOnly } from '../core/ascii-json.ts'
import { internalError, invalidParameter, messageOf } from '../core/errors.ts'
import { isRecord } from '../core/record.ts'
import { ROLLOUT_LIMITS } from './rollout-limits.ts'
import type { RolloutPhase, RolloutState, SplitRange } from './rollout-state.ts'
import { SLOTS } from './split/assignment.ts'

/** Of this text: what says another is not read. */
const FORM = 1

/** A cause that is longer loses its end. */
const LONGEST_CAUSE = 600

const PHASES: readonly RolloutPhase[] = ['running', 'promoted', 'aborted', 'rolled-back']

/** What a text holds, or why it is none of a state. */
export type ReadState =
  | { readonly state: RolloutState }
  | {
      readonly state: undefined
      readonly reason: string
      /** A later Headrace wrote it, which knows more of it. */
      readonly isLater: boolean
    }

/**
 * The text of a state's tag: JSON in ASCII of fewer than 4,000 characters, however long the cause is. `split` is a flat list
 * of the ranges' ends and variants.
 * @throws ServingError INTERNAL_ERROR where names, writer or split are beyond their limits.
 */
export function stateText(state: RolloutState): string {
  for (const cause of causesOf(state)) {
    const text = textWith(state, cause)
    if (text.length < ROLLOUT_LIMITS.stateText) return text
  }
  throw internalError('The state of a rollout does not fit into its tag: this is a bug')
}

/** The cause whole, and then less and less of it. */
function* causesOf({ cause }: RolloutState): Generator<string> {
  if (cause.length <= LONGEST_CAUSE) yield cause
  for (let length = Math.min(cause.length, LONGEST_CAUSE); length > 0; length >>= 1) {
    yield `${cause.slice(0, length - 1)}…`
  }
  yield ''
}

function textWith(state: RolloutState, cause: string): string {
  const { id, epoch, writer, at, startedAt, variants, phase, step, canaryStep, runId } = state
  const split = state.split.flatMap(({ end, variant }) => [end, variant])
  const said = { form: FORM, epoch, phase, variants, split, step, canaryStep, cause }
  return asciiOnly(JSON.stringify({ ...said, id, writer, at, startedAt, runId }))
}

/** Reads any text, and throws for none. Keys that it does not know are left out. */
export function readStateText(text: string): ReadState {
  let value: unknown
  try {
    value = JSON.parse(text)
    return { state: stateOf(value) }
  } catch (error) {
    return { state: undefined, reason: messageOf(error), isLater: isLater(value) }
  }
}

function isLater(value: unknown): boolean {
  return isRecord(value) && isCount(value['form']) && value['form'] > FORM
}

/** Which of two states holds on all replicas: that of the higher epoch, on equal epochs that of the higher writer. */
export function holds(a: RolloutState, b: RolloutState): RolloutState {
  if (a.epoch !== b.epoch) return a.epoch > b.epoch ? a : b
  return a.writer >= b.writer ? a : b
}

type Fields = Readonly<Record<string, unknown>>

function stateOf(value: unknown): RolloutState {
  if (!isRecord(value)) throw invalidParameter('it is not a JSON object')
  if (value['form'] !== FORM) {
    throw invalidParameter(`its 'form' is ${JSON.stringify(value['form'])}, and only ${FORM} is known`)
  }
  const variants = variantsIn(value)
  return {
    id: textIn(value, 'id', /^[0-9a-f]{16}$/),
    epoch: countIn(value, 'epoch', ROLLOUT_LIMITS.epochs),
    writer: textIn(value, 'writer'),
    at: countIn(value, 'at'),
    startedAt: countIn(value, 'startedAt'),
    variants,
    phase: phaseIn(value),
    step: countIn(value, 'step', ROLLOUT_LIMITS.steps),
    canaryStep: value['canaryStep'] === undefined ? undefined : countIn(value, 'canaryStep'),
    split: splitIn(value, variants.length),
    cause: textIn(value, 'cause'),
    runId: value['runId'] === undefined ? undefined : textIn(value, 'runId'),
  }
}

function textIn(fields: Fields, key: string, form?: RegExp): string {
  const text = fields[key]
  if (typeof text !== 'string' || form?.test(text) === false) throw wrong(key)
  return text
}

function countIn(fields: Fields, key: string, end = Number.POSITIVE_INFINITY): number {
  const count = fields[key]
  if (!isCount(count) || count >= end) throw wrong(key)
  return count
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function phaseIn({ phase }: Fields): RolloutPhase {
  const known = PHASES.find((each) => each === phase)
  if (known === undefined) throw wrong('phase')
  return known
}

function variantsIn({ variants }: Fields): readonly string[] {
  const names: readonly unknown[] = Array.isArray(variants) ? variants : []
  const texts = names.filter((name) => typeof name === 'string')
  if (texts.length === 0 || new Set(texts).size < names.length) throw wrong('variants')
  return texts
}

/** The ends rise from one to the next, the last is that of the last slot. */
function splitIn({ split }: Fields, variants: number): readonly SplitRange[] {
  const numbers: readonly unknown[] = Array.isArray(split) ? split : []
  const ranges: SplitRange[] = []
  for (let i = 0; i < numbers.length; i += 2) {
    const [end, variant] = [numbers[i], numbers[i + 1]]
    if (!isCount(end) || !isCount(variant) || variant >= variants) throw wrong('split')
    if (end <= (ranges.at(-1)?.end ?? 0)) throw wrong('split')
    ranges.push({ end, variant })
  }
  if (ranges.at(-1)?.end !== SLOTS) throw wrong('split')
  return ranges
}

function wrong(key: string): Error {
  return invalidParameter(`'${key}' is missing or wrong`)
}
