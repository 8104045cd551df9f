import { describe, expect, test } from 'vitest'
import { type Behaviour, DrivenRollout } from './driven-rollout.ts'
import { rolloutPlan } from './rollout-plans.ts'

const RUNS = 200

/** Of all runs, how many were rolled back before the challenger has had so many requests. */
function rolledBack(challenger: Behaviour, requests: number, control: Behaviour = {}, b = 100): number {
  let stopped = 0
  for (let seed = 0; seed < RUNS; seed++) {
    const run = new DrivenRollout({ plan: rolloutPlan({ a: 1000 - b, b }), seed })
    while (run.engine.state.phase === 'running' && run.requests[1]! < requests)
      run.request([control, challenger])
    if (run.engine.state.phase === 'rolled-back') stopped += 1
  }
  return stopped / RUNS
}

describe('a challenger is rolled back within 60 of its requests in 95 % of the runs', () => {
  test('when one in five fails', () => expect(rolledBack({ errors: 0.2 }, 60)).toBeGreaterThanOrEqual(0.95))
  test('when one in five fails, and the control is not free of errors', () =>
    expect(rolledBack({ errors: 0.2 }, 60, { errors: 0.01 })).toBeGreaterThanOrEqual(0.95))
  test('when it takes three times as long', () =>
    expect(rolledBack({ slowness: 3 }, 60)).toBeGreaterThanOrEqual(0.95))
  test('when it takes three times as long, and has half of the keys from the start', () =>
    expect(rolledBack({ slowness: 3 }, 60, {}, 500)).toBeGreaterThanOrEqual(0.95))
  test('when one in four answers has faults', () =>
    expect(rolledBack({ faults: 0.25 }, 60)).toBeGreaterThanOrEqual(0.95))
})

describe('a healthy challenger stays in 99 % of the runs', () => {
  test('when nothing is wrong', () => expect(rolledBack({}, 500, {}, 500)).toBeLessThanOrEqual(0.01))
  test('with as many errors as are allowed', () =>
    expect(rolledBack({ errors: 0.02 }, 500, {}, 500)).toBeLessThanOrEqual(0.01))
  test('with more errors than are allowed, when the control has as many', () =>
    expect(rolledBack({ errors: 0.06 }, 200, { errors: 0.06 }, 100)).toBeLessThanOrEqual(0.01))
  test('even from the start, when as much is still to be learnt of the control: in 95 %', () =>
    expect(rolledBack({ errors: 0.06 }, 500, { errors: 0.06 }, 500)).toBeLessThanOrEqual(0.05))
  test('slower by a tenth', () =>
    expect(rolledBack({ slowness: 1.1 }, 500, {}, 500)).toBeLessThanOrEqual(0.01))
})
