import { expect } from 'vitest'
import { listedRefusal } from './listed-refusals.ts'
import type { SweepReport } from './sweep-report.ts'

/** Of the failures, how many are shown. */
const SHOWN = 10

/** Asserts that no model was silently wrong, or refused without need, and that the sweep tried anything at all. */
export function expectSound({ models, agreements, unrunnable, refusals, failures }: SweepReport): void {
  expect(failures.slice(0, SHOWN)).toEqual([])
  expect([...refusals.keys()].filter((refusal) => listedRefusal(refusal) === undefined)).toEqual([])
  expect(agreements).toBeGreaterThan(models / 2)
  expect(unrunnable).toBeLessThan(models / 3)
}
