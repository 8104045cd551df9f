import { expect, test } from 'vitest'
import { levelOf } from '../../../../../src/cli/commands/serve/rollouts/rollout-sentence.ts'
import { DrivenRollout } from '../../../../rollout/engine/driven-rollout.ts'
import { rolloutPlan } from '../../../../rollout/engine/rollout-plans.ts'

const THREE = rolloutPlan({ a: 400, b: 300, c: 300 })

test('a rollout that goes on without a variant that a guard has stopped is a warning', () => {
  const rollout = new DrivenRollout({ plan: THREE })
  expect(levelOf(rollout.engine.state)).toBe('info')
  for (let i = 0; i < 2000; i++) rollout.request([{}, { errors: 1 }, {}])
  expect(rollout.engine.state.phase).toBe('running')
  expect(levelOf(rollout.engine.state)).toBe('warn')
})

test('what an operator does is not, and a rollback is', () => {
  const set = new DrivenRollout({ plan: THREE })
  set.engine.set({ a: 1000 })
  expect(levelOf(set.engine.state)).toBe('info')
  const rolledBack = new DrivenRollout({ plan: rolloutPlan() })
  rolledBack.untilOver([{}, { errors: 1 }])
  expect(rolledBack.engine.state.phase).toBe('rolled-back')
  expect(levelOf(rolledBack.engine.state)).toBe('warn')
})
