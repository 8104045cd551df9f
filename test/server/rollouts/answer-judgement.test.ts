import { expect, test } from 'vitest'
import { evaluationFailed } from '../../../src/core/errors.ts'
import { REFUSAL_REASONS, refusalError } from '../../../src/runtime/admission/refusal.ts'
import { judge, tellsFault } from '../../../src/server/rollouts/answer-judgement.ts'

const ANSWER = { failure: undefined, hasRun: true, isDraining: false }

test('an answer says what its status says of the variant', () => {
  expect(judge({ ...ANSWER, status: 200 })).toBe('good')
  expect(judge({ ...ANSWER, status: 499 })).toBeUndefined()
  for (const status of [500, 503, 504]) {
    expect(judge({ ...ANSWER, status })).toBe('error')
    expect(judge({ ...ANSWER, status, isDraining: true })).toBeUndefined()
  }
  for (const status of [400, 408, 413, 415]) {
    expect(judge({ ...ANSWER, status, hasRun: false })).toBe('client-fault')
  }
  expect(judge({ ...ANSWER, status: 400, failure: evaluationFailed('It cannot be.') })).toBe('unsure')
})

test('a refusal is an error where the queue of the variant is the reason, and else says nothing', () => {
  const judged = REFUSAL_REASONS.map((reason) => {
    const failure = refusalError({ reason, message: 'Not now', retryAfterSeconds: 1 })
    return [reason, judge({ ...ANSWER, status: reason === 'share' ? 429 : 503, failure, hasRun: false })]
  })
  expect(Object.fromEntries(judged)).toEqual({
    ...{ queue: 'error', wait: 'error' },
    ...{ lag: undefined, share: undefined, bytes: undefined, draining: undefined },
  })
})

test.each([
  ['{"predictions": [1.5, NaN]}', true],
  ['{"predictions": [{"p": -Infinity}]}', true],
  ['{"outputs":[{"data":[NaN,1]}]}', true],
  ['{"predictions": [Infinity, 2]}', true],
  ['{"predictions": ["NaN", "Infinity"]}', false],
  ['{"predictions": [1.5, null]}', false],
  ['{"predictions": [{"Infinity": 1}]}', false],
])('the text %s tells of a fault: %s', (text, isFault) => {
  expect(tellsFault(Buffer.from(text))).toBe(isFault)
})
