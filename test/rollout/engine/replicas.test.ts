import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RolloutState } from '../../../src/rollout/rollout-state.ts'
import { DrivenRollout } from './driven-rollout.ts'
import { canaryPlan, modelsOf, rolloutPlan } from './rollout-plans.ts'

const WRITERS = ['one', 'two'] as const
const plan = canaryPlan()

/** Two engines that learn of each other's states when the network pleases. */
class Replicas {
  readonly runs = WRITERS.map((writer, i) => new DrivenRollout({ plan, writer, seed: i + 1 }))
  /** Of each, what it has told, with what it began with; none of it is ever lost. */
  readonly #sent: readonly RolloutState[][] = this.runs.map(({ engine }) => [engine.state])

  /** Any state that the other one has told until now: late, again, or out of order. */
  deliver(to: number, choice: number): void {
    const sent = this.#sentTo(to)
    this.runs[to]!.engine.adopt(sent[choice % sent.length]!)
  }

  /** All that was told, until nobody has anything to say any more. */
  settle(): void {
    for (let round = 0; round < 20; round++) {
      for (const to of [0, 1]) for (const state of this.#sentTo(to)) this.runs[to]!.engine.adopt(state)
    }
  }

  #sentTo(to: number): readonly RolloutState[] {
    const from = 1 - to
    return [...this.#sent[from]!, ...this.runs[from]!.told]
  }
}

const who = fc.nat({ max: 1 })
const step = fc.oneof(
  fc.record({ what: fc.constant('deliver' as const), who, choice: fc.nat({ max: 1000 }) }),
  fc.record({ what: fc.constant('set' as const), who, choice: fc.nat({ max: 1000 }) }),
  fc.record({
    what: fc.constantFrom('promote', 'abort', 'restart', 'fail', 'serve', 'wait'),
    who,
    choice: fc.nat(),
  }),
)

function act(replicas: Replicas, { what, who, choice }: { what: string; who: number; choice: number }): void {
  const run = replicas.runs[who]!
  const { engine } = run
  try {
    if (what === 'deliver') replicas.deliver(who, choice)
    else if (what === 'set') engine.set({ b: choice })
    else if (what === 'promote') engine.promote('b')
    else if (what === 'abort') engine.abort('')
    else if (what === 'restart') engine.restart()
    else if (what === 'wait') run.wait(61)
    else if (engine.view().variants[1]!.permille > 0) {
      const flags = what === 'fail' ? 1 : 0
      for (let i = 0; i < 25; i++) engine.observe([[1, engine.state.step, run.newKey(), 10, flags]])
    }
  } catch (error) {
    // A command that makes no sense any more.
    expect(error).toMatchObject({ code: 'RESOURCE_CONFLICT' })
  }
}

describe('two replicas', () => {
  test('come to one state, in whatever order they learn of each other', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const replicas = new Replicas()
        for (const each of steps) act(replicas, each)
        replicas.settle()
        const [one, two] = replicas.runs
        expect(one!.engine.state).toEqual(two!.engine.state)
      }),
      { numRuns: 200, seed: 11 },
    )
  })

  test('a change has the next epoch and the name of who made it', () => {
    const run = new DrivenRollout({ plan, writer: 'two' })
    run.engine.set({ b: 5 })
    run.engine.set({ b: 6 })
    expect(run.told.map(({ epoch, writer }) => [epoch, writer])).toEqual([
      [2, 'two'],
      [3, 'two'],
    ])
  })

  test('what holds is followed without a word, and figures stay', () => {
    const run = new DrivenRollout({ plan })
    for (let i = 0; i < 500; i++) run.request()
    const other = {
      ...run.engine.state,
      epoch: 7,
      writer: 'two',
      step: 3,
      split: [{ end: 1000, variant: 0 }],
    }
    run.engine.adopt(other)
    run.engine.adopt({ ...other, epoch: 6, writer: 'zzz', step: 9 })
    run.engine.adopt({ ...other, writer: 'a', step: 9 })
    expect(run.engine.state).toEqual(other)
    expect(run.told).toEqual([])
    expect(run.engine.view().variants[0]?.requests).toBeGreaterThan(400)
  })

  test('a state of this rollout that names other variants is damaged: it is not followed, and soon replaced', () => {
    const run = new DrivenRollout({ plan: rolloutPlan() })
    const begun = run.engine.state
    const damaged = { ...begun, epoch: 7, writer: 'two', variants: ['x', 'y'] }
    run.engine.adopt(damaged)
    expect(run.engine.state).toMatchObject({ variants: begun.variants, split: begun.split, epoch: 8 })
    expect(run.told).toEqual([run.engine.state])
    const later = new DrivenRollout({ plan: rolloutPlan(), state: damaged })
    expect(later.engine.state).toMatchObject({ variants: begun.variants, epoch: 8, step: 0 })
  })

  test('a variant that failed here is stopped again when another replica gives it keys without knowing', () => {
    const run = new DrivenRollout({ plan: rolloutPlan() })
    const begun = run.engine.state
    run.untilOver([{}, { errors: 1 }])
    run.engine.adopt({ ...begun, epoch: 2, writer: 'two', step: 1 })
    expect(run.engine.state).toMatchObject({ phase: 'rolled-back', epoch: 3, writer: 'one' })
    run.engine.adopt({ ...begun, epoch: 4, writer: 'two', step: 3, startedAt: run.now })
    expect(run.engine.state).toMatchObject({ phase: 'running', epoch: 4 })
  })

  test('a replica that comes later goes on where the others are', () => {
    const run = new DrivenRollout({ plan: rolloutPlan() })
    run.engine.abort('enough')
    const later = new DrivenRollout({ plan: rolloutPlan(), writer: 'two', state: run.engine.state })
    expect(later.engine.state).toBe(run.engine.state)
    expect(later.told).toEqual([])
  })

  test('other versions are another rollout, of which the later one has the name', () => {
    const old = new DrivenRollout({ plan: rolloutPlan() })
    old.engine.set({ b: 500 })
    const models = modelsOf(rolloutPlan()).map((model) => ({ ...model, version: `${model.version}0` }))
    const next = new DrivenRollout({ plan: rolloutPlan(), models, state: old.engine.state, writer: 'next' })
    expect(next.engine.state).toMatchObject({ epoch: 3, step: 0, phase: 'running', cause: '' })
    expect(next.engine.state.id).not.toBe(old.engine.state.id)
    next.now += 1000
    const later = new DrivenRollout({ plan: rolloutPlan(), models, writer: 'next' })
    later.now += 5000
    later.engine.abort('')
    later.engine.restart()
    old.engine.set({ b: 400 })
    old.engine.set({ b: 300 })
    old.engine.set({ b: 200 })
    const before = old.engine.state
    old.engine.adopt(later.engine.state)
    expect(old.engine.state).toBe(before)
    later.engine.adopt(before)
    expect(later.engine.state).toMatchObject({ epoch: before.epoch + 1, writer: 'next', phase: 'running' })
    expect(later.told.at(-1)).toBe(later.engine.state)
  })
})

test('replicas that begin at the same moment keep what they have counted when one begin holds', () => {
  const first = new DrivenRollout({ plan: rolloutPlan(), writer: 'one' })
  const second = new DrivenRollout({ plan: rolloutPlan(), writer: 'two' })
  first.now += 200
  for (let i = 0; i < 10; i++) first.outcome(first.newKey(), 1)
  first.engine.adopt({ ...second.engine.state, startedAt: first.engine.state.startedAt + 100 })
  const counted = first.engine.view().variants.reduce((sum, { outcomes }) => sum + outcomes, 0)
  expect(first.engine.state.writer).toBe('two')
  expect(counted).toBe(10)
})
