import fc from 'fast-check'
import { expect, test } from 'vitest'
import { wrapped } from '../../../src/bench/report/wrapped.ts'

test('text is broken between words, and nothing of it is lost', () => {
  expect(wrapped('  one two three four', 9, '    ')).toBe('  one two\n    three\n    four')
  expect(wrapped('a-word-that-is-longer b', 5)).toBe('a-word-that-is-longer\nb')
  const words = fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1 })
  fc.assert(
    fc.property(words, fc.integer({ min: 12, max: 40 }), (all, width) => {
      const lines = wrapped(all.join(' '), width).split('\n')
      expect(lines.join(' ')).toBe(all.join(' '))
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(width)
    }),
  )
})
