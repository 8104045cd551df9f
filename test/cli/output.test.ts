import { expect, test } from 'vitest'
import { time } from '../../src/cli/output.ts'

test('a time is shown in UTC to the second', () => {
  expect(time(Date.UTC(2026, 10, 21, 12, 25, 13, 999))).toBe('2026-11-21 12:25:13')
})

test.for([Number.NaN, 1e18, -1e300])('%d of a registry is no time', (epochMs) => {
  expect(time(epochMs)).toBe('-')
})
