import { describe, expect, test } from 'vitest'
import { DrivenRollout } from './driven-rollout.ts'
import { canaryPlan, rolloutPlan } from './rollout-plans.ts'

const THREE = rolloutPlan({ a: 600, b: 300, c: 100 })

function shares(run: DrivenRollout): readonly number[] {
  return run.engine.view().variants.map(({ permille }) => permille)
}

describe('set', () => {
  test.each([
    [{ b: 500 }, [429, 500, 71]],
    [{ a: 0, b: 1000 }, [0, 1000, 0]],
    [{ a: 100 }, [100, 675, 225]],
    [{ a: 300, b: 300, c: 400 }, [300, 300, 400]],
    [{ b: 0, c: 0 }, [1000, 0, 0]],
    [{}, [600, 300, 100]],
  ])('%j gives %j', (wanted, expected) => {
    const run = new DrivenRollout({ plan: THREE })
    run.engine.set(wanted)
    expect(shares(run)).toEqual(expected)
    expect(run.told).toHaveLength(1)
  })

  test.each([
    [{ d: 100 }, "Rollout 'iris' has no variant 'd'; it has 'a', 'b' and 'c'"],
    [{ b: 1001 }, "The part of variant 'b' is 100.1 %; it has to be from 0 to 100 %, in steps of 0.1 %"],
    [{ b: -1 }, "The part of variant 'b' is -0.1 %"],
    [{ b: 0.5 }, "The part of variant 'b' is 0.05 %"],
    [{ b: 600, c: 500 }, 'add up to 110 %, but they may not be more than 100 % together'],
    [{ a: 1, b: 1, c: 1 }, 'add up to 0.3 %, but they have to add up to 100 %'],
  ])('%j is refused', (wanted, message) => {
    const run = new DrivenRollout({ plan: THREE })
    expect(() => run.engine.set(wanted)).toThrow(
      expect.objectContaining({ code: 'INVALID_PARAMETER_VALUE', message: expect.stringContaining(message) }),
    )
    expect(run.told).toEqual([])
  })

  test('names of objects are no variants', () => {
    const run = new DrivenRollout({ plan: THREE })
    expect(() => run.engine.set(JSON.parse('{"__proto__": 5}'))).toThrow(/no variant '__proto__'/)
  })
})

describe('what ends a rollout', () => {
  test('promote gives a variant all keys', () => {
    const run = new DrivenRollout({ plan: THREE })
    run.engine.promote('c')
    expect(shares(run)).toEqual([0, 0, 1000])
    run.now += 86_400_000
    expect(run.engine.view().decision).toBe(
      'c was promoted on 15 January 2027, 08:00 UTC, and has all keys: an operator promoted it.',
    )
  })

  test('abort gives them to the control, and says why', () => {
    const run = new DrivenRollout({ plan: THREE })
    run.engine.abort('the price list was wrong')
    expect(shares(run)).toEqual([1000, 0, 0])
    expect(run.engine.view()).toMatchObject({
      phase: 'aborted',
      cause: 'the price list was wrong',
      decision: 'Aborted on 15 January 2027, 08:00 UTC; a has all keys: the price list was wrong.',
    })
  })

  test('a promoted variant can still be taken back', () => {
    const run = new DrivenRollout({ plan: THREE })
    run.engine.promote('c')
    run.engine.abort('')
    expect(run.engine.state).toMatchObject({ phase: 'aborted', cause: 'an operator aborted it' })
  })

  test('nothing but a restart is possible afterwards', () => {
    const run = new DrivenRollout({ plan: THREE })
    run.engine.abort('so')
    const refused = (message: string) =>
      expect.objectContaining({ code: 'RESOURCE_CONFLICT', message: expect.stringContaining(message) })
    expect(() => run.engine.set({ b: 1 })).toThrow(
      refused("Rollout 'iris' is aborted (so), so its split cannot be set; 'restart' begins it anew"),
    )
    expect(() => run.engine.promote('b')).toThrow(refused("so 'b' cannot be promoted"))
    expect(() => run.engine.abort('')).toThrow(refused('there is nothing to abort'))
    expect(() => run.engine.promote('x')).toThrow(/no variant 'x'/)
    run.engine.restart()
    expect(run.engine.state).toMatchObject({ phase: 'running', cause: '', step: 2, epoch: 3 })
    expect(shares(run)).toEqual([600, 300, 100])
  })

  test('what is as it began cannot be restarted', () => {
    for (const plan of [THREE, canaryPlan()]) {
      const run = new DrivenRollout({ plan })
      expect(() => run.engine.restart()).toThrow(expect.objectContaining({ code: 'RESOURCE_CONFLICT' }))
    }
  })
})

describe('a server that is started with another plan over the same versions', () => {
  test.each([
    ['other shares', THREE, rolloutPlan({ a: 200, b: 300, c: 500 })],
    ['a canary', rolloutPlan({ a: 990, b: 10 }), canaryPlan()],
    ['no canary', canaryPlan(), rolloutPlan({ a: 990, b: 10 })],
  ])('%s: goes on as it stands, and begins as planned when it is restarted', (_, before, plan) => {
    const first = new DrivenRollout({ plan: before })
    const run = new DrivenRollout({ plan, state: first.engine.state })
    expect(shares(run)).toEqual(shares(first))
    run.engine.restart()
    expect(run.engine.state).toMatchObject({ phase: 'running', step: 1, canaryStep: plan.canary && 0 })
    expect(shares(run)).toEqual(plan.variants.map(({ permille }) => permille))
    expect(() => run.engine.restart()).toThrow(/nothing to restart/)
  })
})

test('a run that is noted later is no change that people are told the time of', () => {
  const run = new DrivenRollout({ plan: THREE })
  run.engine.promote('b')
  const { changedAt, decision } = run.engine.view()
  run.now += 86_400_000
  run.engine.noteRun('0123')
  expect(run.engine.view()).toMatchObject({ changedAt, decision, epoch: 3 })
})

test('the run of its history is noted once, and a rollout that begins anew has another', () => {
  const run = new DrivenRollout({ plan: THREE })
  run.engine.noteRun('0123')
  run.engine.noteRun('0123')
  expect(run.told.map(({ runId, epoch, step }) => ({ runId, epoch, step }))).toEqual([
    { runId: '0123', epoch: 2, step: 0 },
  ])
  run.engine.set({ b: 5 })
  expect(run.engine.state.runId).toBe('0123')
  run.engine.restart()
  expect(run.engine.state.runId).toBeUndefined()
})
