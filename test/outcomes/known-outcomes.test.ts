import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FingerprintSet, fingerprint } from '../../src/outcomes/fingerprint-set.ts'
import { KnownOutcomes } from '../../src/outcomes/known-outcomes.ts'
import { NOW } from './records.ts'

const DAY_MS = 24 * 3600 * 1000

test('a set of fingerprints is a set', () => {
  const halves = fc.record({ high: fc.nat(3), low: fc.integer({ min: 1, max: 0xffffffff }) })
  fc.assert(
    fc.property(fc.array(halves, { maxLength: 3000, size: 'max' }), (prints) => {
      const set = new FingerprintSet()
      const model = new Set<string>()
      for (const print of prints) {
        const key = `${print.high} ${print.low}`
        expect(set.has(print)).toBe(model.has(key))
        expect(set.add(print)).toBe(!model.has(key))
        model.add(key)
      }
      expect(set.size).toBe(model.size)
      for (const print of prints) expect(set.has(print)).toBe(true)
    }),
    { numRuns: 30 },
  )
})

test('an outcome is known as long as its id is taken, and its memory given back after', () => {
  const known = new KnownOutcomes({ windowMs: 7 * DAY_MS, most: 100 })
  const outcome = { print: fingerprint('a'), issuedAt: NOW }
  expect(known.add(outcome)).toBe(true)
  known.forgetLate(NOW + 7 * DAY_MS)
  expect(known.isLate(NOW, NOW + 7 * DAY_MS)).toBe(false)
  expect(known.add(outcome)).toBe(false)
  known.forgetLate(NOW + 8 * DAY_MS)
  expect(known.isLate(NOW, NOW + 8 * DAY_MS)).toBe(true)
  expect(known.size).toBe(0)
})

test('with more outcomes than memory the window is shorter, and no outcome is taken twice', () => {
  const known = new KnownOutcomes({ windowMs: 7 * DAY_MS, most: 10 })
  for (let day = 0; day < 3; day++) {
    for (let number = 0; number < 4; number++) {
      known.add({ print: fingerprint(`${day} ${number}`), issuedAt: NOW + day * DAY_MS })
    }
  }
  expect(known.size).toBe(8)
  expect(known.isLate(NOW, NOW)).toBe(true)
  expect(known.isLate(NOW + DAY_MS, NOW)).toBe(false)
})

test('a clock that jumps ahead and comes back lets no outcome be taken twice', () => {
  const known = new KnownOutcomes({ windowMs: 7 * DAY_MS, most: 100 })
  const outcome = { print: fingerprint('a'), issuedAt: NOW }
  known.add(outcome)
  known.forgetLate(NOW + 30 * DAY_MS)
  expect(known.isLate(NOW, NOW) || known.has(outcome)).toBe(true)
})
