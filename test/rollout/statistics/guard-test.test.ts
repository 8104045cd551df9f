import fc from 'fast-check'
import { expect, test } from 'vitest'
import { GuardTest } from '../../../src/rollout/statistics/guard-test.ts'

test('a guard without events has seen nothing', () => {
  const guard = new GuardTest(0.02)
  expect(guard.eValue).toBeCloseTo(1, 12)
  expect(guard.events).toBe(0)
})

test('a few bad events in a row are evidence, and good ones lessen it', () => {
  const guard = new GuardTest(0.02)
  for (let event = 0; event < 3; event += 1) guard.add(true)
  expect(guard.eValue).toBeGreaterThan(100)
  for (let event = 0; event < 10_000; event += 1) guard.add(false)
  expect(guard.eValue).toBeLessThan(1)
  expect(guard.badEvents).toBe(3)
})

test('where no bad event is allowed the first one is proof, with a number that JSON can hold', () => {
  const guard = new GuardTest(0)
  for (let event = 0; event < 1000; event += 1) guard.add(false)
  guard.add(true)
  expect(guard.eValue).toBe(Number.MAX_VALUE)
})

test('where all events may be bad none is evidence', () => {
  const guard = new GuardTest(1)
  for (let event = 0; event < 1000; event += 1) guard.add(true)
  expect(guard.eValue).toBe(1)
})

test('good events never raise the evidence, and it is none with no more bad ones than allowed', () => {
  fc.assert(
    fc.property(
      fc.array(fc.boolean(), { maxLength: 60 }),
      fc.double({ min: 0.001, max: 0.9, noNaN: true }),
      (events, allowedRate) => {
        const guard = new GuardTest(allowedRate)
        for (const isBad of events) {
          const before = guard.eValue
          guard.add(isBad)
          if (!isBad) expect(guard.eValue).toBeLessThanOrEqual(before * (1 + 1e-9))
          if (guard.badEvents <= guard.events * allowedRate)
            expect(guard.eValue).toBeLessThanOrEqual(1 + 1e-9)
        }
      },
    ),
  )
})

test('on the average of all that may happen the evidence is 1 where the rate is the allowed one', () => {
  const allowedRate = 0.3
  for (const events of [1, 2, 5, 12]) {
    let mean = 0
    for (let outcome = 0; outcome < 2 ** events; outcome += 1) {
      const guard = new GuardTest(allowedRate)
      for (let event = 0; event < events; event += 1) guard.add(((outcome >> event) & 1) === 1)
      mean += guard.eValue * allowedRate ** guard.badEvents * (1 - allowedRate) ** (events - guard.badEvents)
    }
    expect(mean).toBeCloseTo(1, 10)
  }
})

test('hundreds of thousands of events are as quick as few', () => {
  const guard = new GuardTest(0.02)
  for (let event = 0; event < 400_000; event += 1) guard.add(event % 60 === 59)
  expect(guard.eValue).toBeLessThan(0.01)
})
