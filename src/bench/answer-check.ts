import { isList, mustBeEqual } from './answers/equal-values.ts'
import { type NamedValues, WrongAnswer } from './answers/named-values.ts'
import { readAnswer } from './answers/read-answer.ts'
import type { AnswerCheck, Dialect } from './target.ts'

/** Right answers up to this length are kept, so that the same bytes once more need not be read. */
const LONGEST_KEPT = 1024 * 1024

/** Of each check the last right answer: most servers answer the same request with the same bytes. */
const lastRight = new WeakMap<AnswerCheck, Buffer>()

/** What golden answers say, read once. */
const goldenValues = new WeakMap<AnswerCheck, readonly NamedValues[]>()

/**
 * Why an answer is not what it has to be, for a person, in few words; undefined where it is right. An answer that is
 * byte for byte the last right one to the same check costs a comparison of its bytes, any other what reading it costs.
 * @param body all of it, decoded; of gRPC the message without its frame. It is not kept.
 */
export function checkAnswer(check: AnswerCheck, dialect: Dialect, body: Uint8Array): string | undefined {
  if (lastRight.get(check)?.equals(body) === true) return undefined
  try {
    const found = readAnswer(dialect, check.form ?? 'json', body)
    if (check.kind === 'predictions') mustBePredictions(found, check.rows)
    else mustBeEqual(goldenOf(check, dialect), found, check.relativeTolerance)
  } catch (error) {
    if (error instanceof WrongAnswer) return error.message
    // Lists in lists, deeper than the stack.
    if (error instanceof RangeError) return `cannot be read: ${error.message}`
    throw error
  }
  if (body.byteLength <= LONGEST_KEPT) lastRight.set(check, Buffer.from(body))
  return undefined
}

function goldenOf(check: AnswerCheck & { kind: 'golden' }, dialect: Dialect): readonly NamedValues[] {
  const known = goldenValues.get(check)
  if (known !== undefined) return known
  const { answer, form = 'json' } = check
  const values = readAnswer(dialect, form, Buffer.from(answer, form === 'json' ? 'utf8' : 'base64'))
  goldenValues.set(check, values)
  return values
}

function mustBePredictions(found: readonly NamedValues[], rows: number): void {
  if (found.length === 0) throw new WrongAnswer('no predictions in the answer')
  for (const part of found) {
    if (part.rows !== rows) throw new WrongAnswer(`'${part.name}' has ${rowsText(part.rows)}, not ${rows}`)
    mustBeFinite(part.values, part.name)
  }
}

function rowsText(rows: number | undefined): string {
  return rows === 1 ? '1 row' : `${rows ?? 'no'} rows`
}

function mustBeFinite(value: unknown, name: string): void {
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new WrongAnswer(`a number of '${name}' is NaN or infinite`)
  } else if (value === null) {
    throw new WrongAnswer(`a value of '${name}' is null`)
  } else if (isList(value)) {
    for (let i = 0; i < value.length; i++) mustBeFinite(value[i], name)
  } else if (typeof value === 'object') {
    for (const item of Object.values(value)) mustBeFinite(item, name)
  }
}
