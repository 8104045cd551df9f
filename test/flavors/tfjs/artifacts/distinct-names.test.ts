import fc from 'fast-check'
import { expect, test } from 'vitest'
import { distinctNames } from '../../../../src/flavors/tfjs/artifacts/distinct-names.ts'

test('the first of a name keeps it, the others are numbered', () => {
  expect(distinctNames(['lstm', 'dense', 'lstm', 'lstm'])).toEqual(['lstm', 'dense', 'lstm_1', 'lstm_2'])
})

test('a number that is taken is left out', () => {
  expect(distinctNames(['a', 'a', 'a_1'])).toEqual(['a', 'a_2', 'a_1'])
})

test('names are told apart, whatever they are', () => {
  const names = fc.array(fc.stringMatching(/^[ab](_[12])?$/))
  fc.assert(
    fc.property(names, (given) => {
      const distinct = distinctNames(given)
      expect(new Set(distinct).size).toBe(given.length)
      for (const [index, name] of given.entries()) {
        if (given.indexOf(name) === index) expect(distinct[index]).toBe(name)
      }
    }),
  )
})
