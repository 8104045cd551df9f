import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { codecFor } from '../models.ts'
import { bodies, models } from './fast-bodies.ts'
import { fastOutcome, outcome } from './outcome.ts'

/** pandas makes objects of these, or no matrix that has a row of one number. */
const NEVER = ['boolean and float columns', 'one column of integers']

/** The same in every run: of ten thousand bodies a dozen are what the pickiest of the models answers. */
const sample = fc.sample(bodies, { numRuns: 10_000, seed: 1 })

describe.each(Object.entries(models))('the fast path, for %s', (name, model) => {
  const codec = codecFor(model)

  it('answers as the general path, or declines', () => {
    fc.assert(
      fc.property(bodies, (body) => {
        const answer = fastOutcome(codec, body)
        if (answer !== undefined) expect(answer).toEqual(outcome(() => codec.decodeUnscanned(body)))
      }),
      { numRuns: 1500 },
    )
  })

  it(NEVER.includes(name) ? 'always declines' : 'does not always decline', () => {
    const answers = sample.some((body) => fastOutcome(codec, body) !== undefined)
    expect(answers).toBe(!NEVER.includes(name))
  })
})

it('leaves parameters that are nested too deeply to the general path', () => {
  const codec = codecFor(models['parameters']!)
  const deep = `${'[{"a":'.repeat(5_000)}"x"${'}]'.repeat(5_000)}`
  for (const text of [`{"inputs":[[1,2]],"params":{"k":${deep}}}`, `{"inputs":{"x":${deep}}}`]) {
    expect(fastOutcome(codec, Buffer.from(text))).toBeUndefined()
  }
})
