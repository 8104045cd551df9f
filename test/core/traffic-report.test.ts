import { describe, expect, test } from 'vitest'
import { acceptingMs, isQuiet, type TrafficReport } from '../../src/core/traffic-report.ts'

const report = (quietMs: number, followed = false, told = false): TrafficReport => ({
  quietMs,
  followed,
  told,
})

describe('isQuiet', () => {
  test.each<readonly [string, readonly TrafficReport[], boolean]>([
    ['nobody has sent anything for half a second', [report(500)], true],
    ['somebody has just sent something', [report(400)], false],
    ['whoever follows may send something yet', [report(1900, true, true)], false],
    ['who follows does not know yet', [report(9000, true)], false],
    ['who follows knows', [report(9000, true, true)], true],
    ['who followed one process was told by another', [report(9000, true), report(9000, false, true)], true],
    ['one process is still asked', [report(9000), report(10)], false],
  ])('%s', (_, reports, quiet) => {
    expect(isQuiet(reports)).toBe(quiet)
  })
})

test('half of the grace time is kept for what is under way, or what a request may take', () => {
  expect(acceptingMs(25_000, 60_000)).toBe(12_500)
  expect(acceptingMs(25_000, 5000)).toBe(20_000)
})
