import { describe, expect, test } from 'vitest'
import type { ObservedRequest } from '../../../src/rollout/rollout-messages.ts'
import { slotOf, variantOfSlot } from '../../../src/rollout/split/assignment.ts'
import { DrivenRollout } from './driven-rollout.ts'
import { rolloutPlan } from './rollout-plans.ts'

/** Answers of so many milliseconds come in one message. */
const GATHERED_MS = 50
const RUNS = 60

interface Load {
  readonly perSecond: number
  /** The challenger takes so many times as long. */
  readonly slowness?: number
  /** In one of so many messages there is a stall, which makes all answers slow from some place on. */
  readonly stallIn?: number
}

/** One message of a listener. */
function message(run: DrivenRollout, { perSecond, slowness = 1, stallIn }: Load): void {
  run.now += GATHERED_MS
  const answers = Math.max(1, (perSecond * GATHERED_MS) / 1000)
  const isStalled = stallIn !== undefined && run.random() < 1 / stallIn
  const quick = isStalled ? run.random() * answers : answers
  const { split, step } = run.engine.state
  const requests: ObservedRequest[] = []
  for (let at = 0; at < answers; at++) {
    const key = run.newKey()
    const variant = variantOfSlot(split, slotOf(key))
    const milliseconds = run.latency() * (variant === 1 ? slowness : 1)
    requests.push([variant, step, key, milliseconds + (at < quick ? 0 : 200), 0])
    run.requests[variant]! += 1
  }
  run.engine.observe(requests)
}

/** The first answers of the control, by which others are slow. */
function learn(run: DrivenRollout): void {
  const answers = Array.from({ length: 100 }, (): ObservedRequest => {
    return [0, 0, run.newKey(), run.latency(), 0]
  })
  run.engine.observe(answers)
}

/** Part of the runs in which the challenger was rolled back before it had answered so many requests. */
function rolledBack(b: number, load: Load, requests: number): number {
  let stopped = 0
  for (let seed = 0; seed < RUNS; seed++) {
    const run = new DrivenRollout({ plan: rolloutPlan({ a: 1000 - b, b }), seed })
    learn(run)
    while (run.engine.state.phase === 'running' && run.requests[1]! < requests) message(run, load)
    if (run.engine.state.phase === 'rolled-back') stopped += 1
  }
  return stopped / RUNS
}

describe('a stall of the server, which makes several answers slow at once', () => {
  // Without the rule the challenger with 90 % was rolled back in 40 % of the runs.
  test.each([100, 500, 900])('stops no healthy challenger that has %i of 1000 keys', (b) => {
    expect(rolledBack(b, { perSecond: 1000, stallIn: 10 }, 200)).toBe(0)
    expect(rolledBack(b, { perSecond: 200, stallIn: 8 }, 200)).toBe(0)
  })

  test.each([
    [100, 10],
    [100, 100],
    [100, 1000],
    [500, 10],
    [500, 100],
    [500, 1000],
  ])(
    'hides no challenger with %i of 1000 keys that takes three times as long, at %i a second',
    (b, perSecond) => {
      expect(rolledBack(b, { perSecond, slowness: 3 }, 60)).toBeGreaterThanOrEqual(0.95)
    },
  )

  test('is looked for longer where the control hardly answers beside it', () => {
    for (const perSecond of [10, 100, 1000]) {
      expect(rolledBack(900, { perSecond, slowness: 3 }, 120)).toBeGreaterThanOrEqual(0.95)
    }
  })

  test('is over when its time is: a challenger that has all keys is stopped too', () => {
    const run = new DrivenRollout({ plan: rolloutPlan({ a: 500, b: 500 }) })
    learn(run)
    run.engine.set({ b: 1000 })
    for (let i = 0; i < 20 && run.engine.state.phase === 'running'; i++) {
      message(run, { perSecond: 1000, slowness: 10 })
    }
    expect(run.engine.state.phase).toBe('rolled-back')
  })
})
