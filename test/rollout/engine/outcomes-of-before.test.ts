import { expect, test } from 'vitest'
import { DrivenRollout } from './driven-rollout.ts'
import { rolloutPlan } from './rollout-plans.ts'

test('outcomes of answers from before a rollout began again are not counted in it, however often they come', () => {
  const run = new DrivenRollout({ plan: rolloutPlan({ a: 500, b: 500 }) })
  const before = { rolloutId: run.engine.state.id, variant: 0, step: 0, key: 5, issuedAt: run.now, nonce: 1 }
  run.engine.outcome(before, 1)
  expect(run.engine.view().variants[0]?.outcomes).toBe(1)
  run.engine.abort('')
  run.now += 1000
  run.engine.restart()
  run.engine.outcome(before, 1)
  expect(run.engine.view().variants[0]?.outcomes).toBe(0)
  run.engine.outcome({ ...before, step: run.engine.state.step, issuedAt: run.now }, 1)
  expect(run.engine.view().variants[0]?.outcomes).toBe(1)
})
