import { describe, expect, test } from 'vitest'
import { OBSERVED, type ObservedRequest } from '../../../src/rollout/rollout-messages.ts'
import { type Behaviour, DrivenRollout } from './driven-rollout.ts'
import { GUARDS, rolloutPlan } from './rollout-plans.ts'

describe('who is at fault', () => {
  test('the cause is told in words, and all keys go to the control at once', () => {
    const run = new DrivenRollout({ plan: rolloutPlan() })
    run.untilOver([{}, { errors: 1 }])
    expect(run.requests[1]).toBeLessThan(12)
    expect(run.engine.state.cause).toMatch(
      /^variant b: \d+ of \d+ requests failed, 2 % are allowed \(e-value (?:\d+|over a million)\)$/,
    )
    expect(run.engine.state.split).toEqual([{ end: 1000, variant: 0 }])
    expect(run.told).toEqual([run.engine.state])
    expect(run.engine.state).toMatchObject({ epoch: 2, step: 1, writer: 'one' })
    const guard = run.engine.view().guards.find(({ tripped }) => tripped)
    expect(guard).toMatchObject({ variant: 'b', guard: 'errors', allowedRate: 0.02 })
    expect(guard?.eValue).toBeGreaterThanOrEqual(guard?.stopsAt ?? Number.POSITIVE_INFINITY)
  })

  test('one client that sends many bad requests stops nothing', () => {
    const run = new DrivenRollout({ plan: rolloutPlan() })
    const key = run.keyOf(1)
    for (let i = 0; i < 200; i++) {
      run.engine.observe([[1, 0, key, 10, OBSERVED.error]])
      run.request()
    }
    run.wait(3600)
    for (let i = 0; i < 200; i++) run.engine.observe([[1, 0, key, 10, OBSERVED.error]])
    expect(run.engine.state.phase).toBe('running')
    expect(run.engine.view().variants[1]?.errors).toBe(400)
  })

  test('not even when nobody else is there', () => {
    const run = new DrivenRollout({ plan: rolloutPlan() })
    const key = run.keyOf(1)
    for (let hour = 0; hour < 24; hour++) {
      for (let i = 0; i < 50; i++) run.engine.observe([[1, 0, key, 10, OBSERVED.error]])
      run.wait(600)
    }
    expect(run.engine.state.phase).toBe('running')
  })

  test.each(['clientFault', 'forced'] as const)('requests that are %s count in no guard', (flag) => {
    const run = new DrivenRollout({ plan: rolloutPlan() })
    const bad = (): ObservedRequest => [1, 0, run.keyOf(1), 10, OBSERVED.error + OBSERVED[flag]]
    for (let i = 0; i < 500; i++) run.engine.observe([bad()])
    const view = run.engine.view()
    expect(view.phase).toBe('running')
    expect(view.variants[1]).toMatchObject({ requests: 500, errors: 0, keys: 0 })
    expect(view.guards.every(({ requests }) => requests === 0)).toBe(true)
  })

  test('an outage that hits the control as well rarely stops a variant, nor does the time after it', () => {
    let stopped = 0
    for (let seed = 0; seed < 50; seed++) {
      const run = new DrivenRollout({ plan: rolloutPlan({ a: 500, b: 500 }), seed })
      for (let i = 0; i < 400; i++) run.request()
      for (let i = 0; i < 400; i++) run.request([{ errors: 0.7 }, { errors: 0.7 }])
      for (let i = 0; i < 2000; i++) run.request()
      if (run.engine.state.phase === 'rolled-back') stopped += 1
    }
    expect(stopped).toBeLessThanOrEqual(5)
  })

  test('a challenger that breaks after a long time is rolled back though its users are few', () => {
    const run = new DrivenRollout({ plan: rolloutPlan({ a: 500, b: 500 }) })
    const users = Array.from({ length: 60 }, () => run.newKey())
    const hour = (behaviours: readonly Behaviour[]): void => {
      for (let round = 0; round < 20; round++) {
        for (const user of users) run.request(behaviours, user)
        run.wait(180)
      }
    }
    for (let i = 0; i < 12; i++) hour([])
    expect(run.engine.state.phase).toBe('running')
    hour([{}, { errors: 0.8 }])
    expect(run.engine.state.phase).toBe('rolled-back')
  })

  test('of several challengers only the guilty one loses its keys, until none is left', () => {
    const run = new DrivenRollout({ plan: rolloutPlan({ a: 600, b: 200, c: 200 }) })
    const shares = () => run.engine.view().variants.map(({ permille }) => permille)
    for (let i = 0; i < 1000 && run.told.length === 0; i++) run.request([{}, {}, { errors: 0.5 }])
    expect(run.engine.state.phase).toBe('running')
    expect(shares()).toEqual([800, 200, 0])
    for (let i = 0; i < 1000; i++) run.request()
    expect(shares()).toEqual([800, 200, 0])
    expect(run.engine.view().decision).toMatch(/^Variant c: /)
    expect(() => run.engine.set({ c: 100 })).toThrow(/'c' was stopped by a guard/)
    run.untilOver([{}, { faults: 1 }])
    expect(shares()).toEqual([1000, 0, 0])
    expect(run.engine.view().decision).toMatch(
      /^Rolled back to a on 15 January 2027, 08:\d\d UTC: variant b: .*had faults/,
    )
  })

  test('a variant whose compared answers differ is rolled back; a shadow is only told', () => {
    const guards = { ...GUARDS, disagreement: { floor: 0.02 } }
    const plan = rolloutPlan({ a: 900, b: 100 }, { guards, shadows: ['s'] })
    const run = new DrivenRollout({ plan })
    for (let i = 0; i < 100; i++) run.compare('s', i % 2 === 0 ? 'differs' : 'fails')
    expect(run.engine.state.phase).toBe('running')
    expect(run.engine.view().guards.find(({ variant }) => variant === 's')?.tripped).toBe(true)
    for (let i = 0; i < 50; i++) run.compare('b', 'dropped')
    expect(run.engine.state.phase).toBe('running')
    for (let i = 0; i < 50; i++) run.compare('b', 'differs')
    expect(run.engine.state.phase).toBe('rolled-back')
  })

  test('answers of before a restart are not held against it', () => {
    const run = new DrivenRollout({ plan: rolloutPlan() })
    run.untilOver([{}, { errors: 1 }])
    run.engine.restart()
    for (let i = 0; i < 100; i++) run.engine.observe([[1, 0, run.newKey(), 10, OBSERVED.error]])
    expect(run.engine.state.phase).toBe('running')
    run.untilOver([{}, { errors: 1 }])
    expect(run.engine.state.phase).toBe('rolled-back')
  })
})

describe('lost outcomes', () => {
  const guards = { ...GUARDS, outcomeLoss: { floor: 0.02, afterSeconds: 60 } }
  const plan = rolloutPlan({ a: 500, b: 500 }, { guards })

  /** The phase after some minutes in which a part of the keys of each variant have their outcome. */
  function phaseWith(given: readonly number[], seed: number): string {
    const run = new DrivenRollout({ plan, seed })
    for (let i = 0; i < 1500; i++) {
      const key = run.newKey()
      const variant = run.request([], key)
      if (run.random() < given[variant]!) run.outcome(key, 1)
      if (i % 100 === 0) run.wait(10)
    }
    run.wait(120)
    return run.engine.state.phase
  }

  test('stop a variant that loses more than the control does', () => {
    const phases = Array.from({ length: 20 }, (_, seed) => phaseWith([0.6, 0.2], seed))
    expect(phases.filter((phase) => phase === 'rolled-back').length).toBe(20)
  })

  test('stop nothing where the control loses as many', () => {
    const phases = Array.from({ length: 40 }, (_, seed) => phaseWith([0.4, 0.4], seed))
    expect(phases.filter((phase) => phase === 'running').length).toBe(40)
  })

  test('an outcome that comes before the news of its answer is not lost', () => {
    const run = new DrivenRollout({ plan })
    for (let i = 0; i < 2000; i++) {
      const key = run.newKey()
      run.outcome(key, 0)
      run.request([], key)
      if (i % 100 === 0) run.wait(10)
    }
    run.wait(120)
    const guard = run.engine.view().guards.find(({ guard }) => guard === 'outcome-loss')
    expect(guard?.requests).toBeGreaterThan(300)
    expect(guard?.events).toBe(0)
  })
})
