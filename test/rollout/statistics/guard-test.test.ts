import fc from 'fast-check'
import { expect, test } from 'vitest'
import { GuardTest } from '../../../src/rollout/statistics/guard-test.ts'

test('a guard without events has seen nothing', () => {
  const guard = new GuardTest({ allowedRate: 0.02, alpha: 0.01 })
  expect(guard.eValue).toBeCloseTo(1, 12)
  expect(guard.tripped).toBe(false)
  expect(guard.events).toBe(0)
})

test('a guard is tripped by a few bad events in a row, and stays so', () => {
  const guard = new GuardTest({ allowedRate: 0.02, alpha: 0.01 })
  for (let event = 0; event < 3; event += 1) guard.add(true)
  expect(guard.tripped).toBe(true)
  for (let event = 0; event < 10_000; event += 1) guard.add(false)
  expect(guard.tripped).toBe(true)
  expect(guard.eValue).toBeLessThan(1)
  expect(guard.badEvents).toBe(3)
})

test('where no bad event is allowed the first one trips it, with a number that JSON can hold', () => {
  const guard = new GuardTest({ allowedRate: 0, alpha: 0.01 })
  for (let event = 0; event < 1000; event += 1) guard.add(false)
  expect(guard.tripped).toBe(false)
  guard.add(true)
  expect(guard.tripped).toBe(true)
  expect(guard.eValue).toBe(Number.MAX_VALUE)
})

test('where all events may be bad none trips it', () => {
  const guard = new GuardTest({ allowedRate: 1, alpha: 0.01 })
  for (let event = 0; event < 1000; event += 1) guard.add(true)
  expect(guard.tripped).toBe(false)
  expect(guard.eValue).toBe(1)
})

test('a guard has tripped exactly if its evidence was once enough, in whatever order events come', () => {
  fc.assert(
    fc.property(
      fc.array(fc.boolean(), { maxLength: 60 }),
      fc.double({ min: 0.001, max: 0.9, noNaN: true }),
      fc.constantFrom(0.05, 0.01, 0.001),
      (events, allowedRate, alpha) => {
        const guard = new GuardTest({ allowedRate, alpha })
        let largest = 0
        for (const isBad of events) {
          guard.add(isBad)
          largest = Math.max(largest, guard.eValue)
        }
        expect(guard.tripped).toBe(largest >= 1 / alpha)
      },
    ),
  )
})

test('on the average of all that may happen the evidence is 1 where the rate is the allowed one', () => {
  const allowedRate = 0.3
  for (const events of [1, 2, 5, 12]) {
    let mean = 0
    for (let outcome = 0; outcome < 2 ** events; outcome += 1) {
      const guard = new GuardTest({ allowedRate, alpha: 0.01 })
      for (let event = 0; event < events; event += 1) guard.add(((outcome >> event) & 1) === 1)
      mean += guard.eValue * allowedRate ** guard.badEvents * (1 - allowedRate) ** (events - guard.badEvents)
    }
    expect(mean).toBeCloseTo(1, 10)
  }
})

test('hundreds of thousands of events are as quick as few', () => {
  const guard = new GuardTest({ allowedRate: 0.02, alpha: 0.01 })
  for (let event = 0; event < 400_000; event += 1) guard.add(event % 60 === 59)
  expect(guard.tripped).toBe(false)
  expect(guard.eValue).toBeLessThan(0.01)
})
