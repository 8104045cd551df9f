import { expect, test } from 'vitest'
import type { Placement } from '../../../src/runtime/served-model.ts'
import { LiveRollout } from '../../../src/server/rollouts/live-rollout.ts'
import { FakeModels, fakeModel } from '../support/fake-model.ts'
import { rolloutPlan } from './support.ts'

test.each<[Placement, boolean]>([
  ['inline', true],
  ['pool', false],
])('requests under way to a variant that runs %s hold the thread: %s', (placement, holds) => {
  const variant = fakeModel({ name: 'b', placement })
  const rollout = new LiveRollout(rolloutPlan(), new FakeModels(fakeModel({ name: 'a' }), variant))
  expect(rollout.holdsThread).toBe(false)
  variant.admission.enter(1)
  expect(rollout.holdsThread).toBe(holds)
  variant.admission.leave(1)
  expect(rollout.holdsThread).toBe(false)
})

test('requests to a shadow hold nobody up', () => {
  const shadow = fakeModel({ name: 's' })
  const models = new FakeModels(fakeModel({ name: 'a' }), fakeModel({ name: 'b' }), shadow)
  const rollout = new LiveRollout(rolloutPlan({ shadows: ['s'] }), models)
  shadow.admission.enter(1)
  expect(rollout.holdsThread).toBe(false)
})
