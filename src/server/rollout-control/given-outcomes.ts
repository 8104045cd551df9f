import { badRequest, invalidParameter } from '../../core/errors.ts'
import { isRecord } from '../../core/record.ts'
import { shortened } from '../../core/shortened.ts'
import type { GivenOutcome } from '../../rollout/rollout-messages.ts'

/** In one request. */
export const MOST_OUTCOMES = 1000

/** Many times as long as an outcome id is. */
const MAX_ID_LENGTH = 200

/** What a body asks to count. */
export interface GivenOutcomes {
  readonly outcomes: readonly GivenOutcome[]
  /** It is the one outcome of the request: its refusal is the request's. */
  readonly isSingle: boolean
}

/** `{outcome_id, value}`, or `{outcomes: [{outcome_id, value}, …]}`. @throws ServingError that names the place */
export function readGivenOutcomes(body: Readonly<Record<string, unknown>>): GivenOutcomes {
  if (!('outcomes' in body)) return { outcomes: [readOutcome(body, '')], isSingle: true }
  const { outcomes, ...others } = body
  const [other] = Object.keys(others)
  if (other !== undefined) throw badRequest(`'${shortened(other)}' does not belong beside 'outcomes'.`)
  if (!Array.isArray(outcomes)) throw badRequest("'outcomes' is not a list.")
  if (outcomes.length > MOST_OUTCOMES) {
    throw invalidParameter(
      `'outcomes' has ${outcomes.length} items; at most ${MOST_OUTCOMES} are taken at once.`,
    )
  }
  const read = outcomes.map((item: unknown, index) => {
    if (!isRecord(item)) throw badRequest(`'outcomes[${index}]' is not an object.`)
    return readOutcome(item, `outcomes[${index}].`)
  })
  return { outcomes: read, isSingle: false }
}

function readOutcome(fields: Readonly<Record<string, unknown>>, place: string): GivenOutcome {
  const { outcome_id: outcomeId, value, ...others } = fields
  const [other] = Object.keys(others)
  if (other !== undefined) {
    throw badRequest(
      `'${place}${shortened(other)}' is not a member of an outcome: 'outcome_id' and 'value' are.`,
    )
  }
  if (typeof outcomeId !== 'string') {
    const rest = 'the X-Headrace-Outcome-Id of the answer, a text'
    throw badRequest(
      `'${place}outcome_id' is ${outcomeId === undefined ? 'missing' : 'not a text'}: ${rest}.`,
    )
  }
  if (outcomeId.length > MAX_ID_LENGTH) throw badRequest(`'${place}outcome_id' is too long to be one.`)
  // JSON has numbers that are too large for any double, which are read as infinite.
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw badRequest(`'${place}value' is ${value === undefined ? 'missing' : 'not a finite number'}.`)
  }
  return { outcomeId, value }
}
