import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { roundTicks, Scale, timeTicks } from '../../../src/page/picture/scale.ts'

describe('ticks of values', () => {
  test('are few round numbers that cover the values', () => {
    const number = fc.integer({ min: -1e9, max: 1e9 }).map((value) => value / 997)
    fc.assert(
      fc.property(number, number, (a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)]
        const ticks = roundTicks(low, high, 4, String).map(({ value }) => value)
        const slack = 1e-6 * (high - low) + 1e-12 * Math.max(Math.abs(low), Math.abs(high))
        expect(ticks[0]).toBeLessThanOrEqual(low + slack)
        expect(ticks.at(-1)).toBeGreaterThanOrEqual(high - slack)
        expect(ticks.length).toBeLessThanOrEqual(7)
        expect(new Set(ticks).size).toBe(ticks.length)
      }),
    )
  })

  test('are 1, 2 or 5 apart', () => {
    expect(roundTicks(0, 0.0127, 4, String).map(({ label }) => label)).toEqual([
      '0',
      '0.005',
      '0.01',
      '0.015',
    ])
    expect(roundTicks(-3, 17, 4, String).map(({ value }) => value)).toEqual([-5, 0, 5, 10, 15, 20])
  })

  test('are there for a single value', () => {
    expect(roundTicks(0, 0, 4, String).map(({ value }) => value)).toEqual([0, 1])
    expect(roundTicks(1e9, 1e9 + 1e-7, 4, String).map(({ value }) => value)).toEqual([1e9, 2e9])
  })
})

describe('ticks of times', () => {
  test('are six round times at most', () => {
    const time = fc.integer({ min: 0, max: 4e12 })
    fc.assert(
      fc.property(time, fc.integer({ min: 1, max: 1e11 }), (from, length) => {
        const ticks = timeTicks(from, from + length)
        expect(ticks.length).toBeLessThanOrEqual(6)
        for (const { value } of ticks) expect(value >= from && value <= from + length).toBe(true)
      }),
    )
  })

  test('are UTC, midnight by its day', () => {
    const from = Date.UTC(2026, 10, 20, 20)
    expect(timeTicks(from, from + 8 * 3_600_000).map(({ label }) => label)).toEqual([
      '20:00',
      '22:00',
      '21 Nov',
      '02:00',
      '04:00',
    ])
  })
})

test('a scale without an extent puts all in its middle', () => {
  expect(new Scale([3, 3], [0, 100]).place(3)).toBe(50)
})
