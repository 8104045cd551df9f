import { expect, test } from 'vitest'
import type { Placement, ServedModel } from '../../../src/runtime/served-model.ts'
import { turnShare } from '../../../src/server/rollouts/turn-share.ts'
import { fakeModel } from '../support/fake-model.ts'

function waiting(count: number, batch1: number | undefined, placement: Placement = 'inline'): ServedModel[] {
  const model = { ...fakeModel({ placement }), loadTimes: { total: 1, engine: 1, batch1 } }
  return new Array<ServedModel>(count).fill(model)
}

test.each([
  ['none where none waits', [], 0],
  ['all of a few small ones', waiting(3, 0.01), 3],
  ['as many as take a tenth of a millisecond', waiting(5, 0.02), 3],
  ['more of many, so that they come to an end', waiting(40, 0.018), 10],
  ['one of those that take longer', waiting(4, 0.3), 1],
  ['one of those that nobody could time', waiting(4, undefined), 1],
  ['one of those that take longer even of many, so that requests need not wait', waiting(40, 0.3), 1],
  ['of those that run in other threads as many as are handed over', waiting(40, 5, 'pool'), 16],
])('%s', (_, models, share) => {
  expect(turnShare(models)).toBe(share)
})
