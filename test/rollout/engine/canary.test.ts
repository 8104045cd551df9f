import { describe, expect, test } from 'vitest'
import { DrivenRollout } from './driven-rollout.ts'
import { canaryPlan } from './rollout-plans.ts'

function share(run: DrivenRollout): number | undefined {
  return run.engine.view().variants[1]?.permille
}

/** Users for some seconds. */
function serve(
  run: DrivenRollout,
  seconds: number,
  behaviours: Parameters<DrivenRollout['request']>[0] = [],
): void {
  for (let i = 0; i < seconds * 100; i++) {
    run.request(behaviours)
    if (i % 100 === 99) run.engine.tick()
  }
}

describe('a canary', () => {
  test('goes from step to step, and is promoted at the end', () => {
    const run = new DrivenRollout({ plan: canaryPlan() })
    const shares = new Set<number | undefined>()
    for (let minute = 0; minute < 6; minute++) {
      shares.add(share(run))
      serve(run, 61)
    }
    expect([...shares]).toEqual([10, 100, 500, 1000])
    expect(run.engine.state).toMatchObject({ phase: 'promoted', canaryStep: undefined })
    expect(run.told.map(({ epoch, step }) => [epoch, step])).toEqual([
      [2, 1],
      [3, 2],
      [4, 3],
      [5, 4],
    ])
    expect(run.engine.view().decision).toMatch(
      /^b was promoted on .* UTC, and has all keys: it went through all steps/,
    )
  })

  test('is held at the end where it is to be', () => {
    const run = new DrivenRollout({ plan: canaryPlan('hold') })
    serve(run, 61 * 5)
    expect(run.engine.state).toMatchObject({ phase: 'running', canaryStep: 3 })
    expect(run.engine.view().canary).toMatchObject({ step: 3, waitsFor: 'an operator' })
    expect(run.engine.view().decision).toBe(
      'b gets 100 % of the keys, in step 4 of 4. Its promotion waits for an operator.',
    )
    run.engine.promote('b')
    expect(run.engine.state.phase).toBe('promoted')
  })

  test('does not wait for a clock that was set back', () => {
    const run = new DrivenRollout({ plan: canaryPlan() })
    serve(run, 30)
    run.now -= 3_600_000
    serve(run, 30)
    expect(share(run)).toBe(10)
    serve(run, 32)
    expect(share(run)).toBe(100)
  })

  test('waits for time, and for users of the step', () => {
    const run = new DrivenRollout({ plan: canaryPlan() })
    run.wait(3600)
    expect(share(run)).toBe(10)
    expect(run.engine.view().canary).toMatchObject({ keysInStep: 0, waitsFor: '20 more keys' })
    const key = run.keyOf(1)
    for (let i = 0; i < 100; i++) run.engine.observe([[1, 0, key, 10, 0]])
    expect(run.engine.view().canary?.waitsFor).toBe('19 more keys')
    for (let i = 0; i < 19; i++) run.engine.observe([[1, 0, run.keyOf(1), 10, 0]])
    expect(share(run)).toBe(100)
    expect(run.engine.view().canary?.waitsFor).toBe('20 more keys and 60 more s')
    expect(run.engine.view().decision).toBe(
      'b gets 10 % of the keys, in step 2 of 4. The next step waits for 20 more keys and 60 more s.',
    )
    for (let i = 0; i < 30; i++) run.engine.observe([[1, 0, run.keyOf(1), 10, 0]])
    expect(run.engine.view().canary?.keysInStep).toBe(0)
  })

  test('tells of its share to the tenth of a percent', () => {
    const plan = canaryPlan()
    const steps = [{ permille: 125, minKeys: 1, minSeconds: 0 }]
    const run = new DrivenRollout({ plan: { ...plan, canary: { variant: 'b', steps, atEnd: 'hold' } } })
    expect(run.engine.view().decision).toContain('b gets 12.5 % of the keys, in step 1 of 1.')
  })

  test('does not go on while a guard is restless', () => {
    const run = new DrivenRollout({ plan: canaryPlan() })
    run.now += 59_000
    for (let i = 0; i < 20; i++) run.engine.observe([[1, 0, run.keyOf(1), 10, i % 5 === 0 ? 1 : 0]])
    run.now += 2000
    run.engine.tick()
    expect(share(run)).toBe(10)
    expect(run.engine.view().canary?.waitsFor).toMatch(/^the errors guard to calm down \(e-value \d+/)
  })

  test('ends when its variant fails', () => {
    const run = new DrivenRollout({ plan: canaryPlan() })
    serve(run, 130)
    expect(share(run)).toBeGreaterThan(10)
    serve(run, 60, [{}, { errors: 0.5 }])
    expect(run.engine.state).toMatchObject({ phase: 'rolled-back', canaryStep: undefined })
    expect(share(run)).toBe(0)
    expect(run.engine.view().canary).toBeUndefined()
  })

  test('is over once an operator sets the split, and comes back by a restart', () => {
    const run = new DrivenRollout({ plan: canaryPlan() })
    run.engine.set({ b: 250 })
    expect(run.engine.state).toMatchObject({ canaryStep: undefined, step: 1 })
    expect(run.engine.view()).toMatchObject({
      canary: undefined,
      decision: expect.stringMatching(/^The split was set by an operator\. Keep looking: /),
    })
    serve(run, 200)
    expect(share(run)).toBe(250)
    run.engine.restart()
    expect(run.engine.state).toMatchObject({ canaryStep: 0, step: 2, cause: '', startedAt: run.now })
    expect(share(run)).toBe(10)
  })
})
