import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { codecFor } from '../models.ts'
import { bodies, models } from './fast-bodies.ts'
import { fastOutcome, outcome } from './outcome.ts'

/** pandas makes objects of these, or no matrix that has a row of one number. */
const NEVER = ['boolean and float columns', 'one column of integers']

describe.each(Object.entries(models))('the fast path, for %s', (name, model) => {
  const codec = codecFor(model)

  it('answers as the general path, or declines', () => {
    let answered = 0
    fc.assert(
      fc.property(bodies, (body) => {
        const answer = fastOutcome(codec, body)
        if (answer === undefined) return
        answered += 1
        expect(answer).toEqual(outcome(() => codec.decodeUnscanned(body)))
      }),
      { numRuns: 1500 },
    )
    if (NEVER.includes(name)) expect(answered).toBe(0)
    else expect(answered).toBeGreaterThan(0)
  })
})

it('leaves parameters that are nested too deeply to the general path', () => {
  const codec = codecFor(models['parameters']!)
  const deep = `${'[{"a":'.repeat(5_000)}"x"${'}]'.repeat(5_000)}`
  for (const text of [`{"inputs":[[1,2]],"params":{"k":${deep}}}`, `{"inputs":{"x":${deep}}}`]) {
    expect(fastOutcome(codec, Buffer.from(text))).toBeUndefined()
  }
})
