import fc from 'fast-check'
import { expect, test } from 'vitest'
import { invalidModel } from '../../src/core/errors.ts'
import { shortened } from '../../src/core/shortened.ts'

test('a message keeps its words, and the ends of what is too long for one', () => {
  const name = `begin${'x'.repeat(100_000)}end`
  expect(shortened(`Shard '${name}' of the weights is refused.`)).toMatch(
    /^Shard 'beginx{93}…x{95}end' of the weights is refused\.$/,
  )
  expect(invalidModel(`Layer '${name}'`).message.length).toBeLessThan(300)
})

test('a message of any text is bounded, and the same where it is short', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 20_000 }), (text) => {
      expect([...shortened(text)].length).toBeLessThanOrEqual(8_000)
    }),
  )
  fc.assert(fc.property(fc.string({ maxLength: 200 }), (text) => shortened(text) === text))
  expect(shortened('a '.repeat(50_000)).length).toBeLessThan(8_001)
})
