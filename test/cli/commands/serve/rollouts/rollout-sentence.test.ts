import { expect, test } from 'vitest'
import {
  changeSentence,
  levelOf,
  otherPlanSentence,
  sameModelSentence,
} from '../../../../../src/cli/commands/serve/rollouts/rollout-sentence.ts'
import { firstSplit } from '../../../../../src/rollout/split/split.ts'
import { DrivenRollout } from '../../../../rollout/engine/driven-rollout.ts'
import { canaryPlan, rolloutPlan } from '../../../../rollout/engine/rollout-plans.ts'

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

test('a step of a canary is told with its place in the schedule', () => {
  const plan = canaryPlan()
  const { state } = new DrivenRollout({ plan }).engine
  expect(changeSentence(plan, { ...state, step: 7, canaryStep: 2 }, undefined)).toBe(
    'Rollout iris runs: a 99 %, b 1 % from step 7 on, which is 3 of 4 of its canary',
  )
})

test('a model that is compared with itself is told of', () => {
  const model = (name: string, uri: string, version: string) => ({ name, uri, version })
  const a = model('a', 'models:/iris@champion', '2')
  const others = [model('b', 'models:/iris@challenger', '3'), model('c', 'models:/wine@champion', '2')]
  expect(sameModelSentence(THREE, [a, ...others])).toBeUndefined()
  expect(sameModelSentence(THREE, [a, model('b', 'models:/iris@challenger', '2'), ...others.slice(1)])).toBe(
    'Rollout iris compares a model with itself: a and b are both iris in version 2',
  )
  const files = ['a', 'b', 'c'].map((name) => model(name, `/models/${name}`, '1'))
  expect(sameModelSentence(THREE, files)).toBeUndefined()
})

test('a rollout that another plan has begun is told of, until somebody changes it', () => {
  const { engine } = new DrivenRollout({ plan: THREE })
  const other = rolloutPlan({ a: 500, b: 250, c: 250 })
  expect(otherPlanSentence(THREE, engine.state)).toBeUndefined()
  expect(otherPlanSentence(other, engine.state)).toMatch(/goes on as an earlier start has planned it/)
  engine.set({ a: 1000 })
  expect(otherPlanSentence(other, engine.state)).toBeUndefined()
})

test('a canary in its second step is one that this start has planned', () => {
  const plan = canaryPlan()
  const { state } = new DrivenRollout({ plan }).engine
  const second = { ...state, canaryStep: 1, split: firstSplit([900, 100]) }
  expect(otherPlanSentence(plan, second)).toBeUndefined()
  expect(otherPlanSentence(plan, { ...second, canaryStep: 2 })).toBeDefined()
  expect(otherPlanSentence(rolloutPlan({ a: 900, b: 100 }), second)).toBeDefined()
})
