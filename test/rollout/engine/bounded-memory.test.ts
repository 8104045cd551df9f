import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { seededRandom } from '../../../src/core/seeded-random.ts'
import { OutcomeLoss } from '../../../src/rollout/engine/guards/outcome-loss.ts'
import { CountedEvents } from '../../../src/rollout/engine/keys/counted-events.ts'
import { KeyCap } from '../../../src/rollout/engine/keys/key-cap.ts'
import type { ObservedRequest } from '../../../src/rollout/rollout-messages.ts'
import { DrivenRollout } from './driven-rollout.ts'
import { GUARDS, rolloutPlan } from './rollout-plans.ts'

const random = seededRandom(3)

function key(): number {
  return Math.floor(random() * 2 ** 26) * 2 ** 26 + Math.floor(random() * 2 ** 26)
}

/** Bytes that are really in use. */
function used(): number {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

test('two million keys take no more memory than half a million', () => {
  const guards = { ...GUARDS, outcomeLoss: { floor: 0.02, afterSeconds: 3600 } }
  const run = new DrivenRollout({ plan: rolloutPlan({ a: 500, b: 500 }, { guards }) })
  const serve = (keys: number): void => {
    const batch = (): ObservedRequest => {
      const number = key()
      return [number < 2 ** 51 ? 0 : 1, 0, number, 5, 0]
    }
    for (let i = 0; i < keys; i += 1000) run.engine.observe(Array.from({ length: 1000 }, batch))
  }
  serve(500_000)
  const before = used()
  serve(1_500_000)
  expect(used() - before).toBeLessThan(1_000_000)
  const [a, b] = run.engine.view().variants
  expect((a!.keys + b!.keys) / 2_000_000).toBeCloseTo(1, 1)
  expect(run.engine.view().guards[0]?.requests).toBeGreaterThan(600_000)
})

test('keys that are waited for are bounded', () => {
  const loss = new OutcomeLoss(2, 60)
  for (let i = 0; i < 100_000; i++) {
    loss.answered(i % 2, key(), i)
    loss.outcome(i % 2, key())
  }
  expect(loss.size).toBe(2 * (2048 + 1024))
  expect(loss.due(10_000_000)).toHaveLength(2 * 2048)
  expect(loss.due(10_000_000)).toHaveLength(0)
})

test('a key counts three times, also among millions', () => {
  const cap = new KeyCap()
  expect(Array.from({ length: 5 }, () => cap.take(7))).toEqual([true, true, true, false, false])
  let taken = 0
  for (let i = 0; i < 1_000_000; i++) {
    cap.take(key())
    if (cap.take(12345)) taken += 1
  }
  // Anew after some 32,768 counters are in use, which takes more keys than that.
  expect(taken).toBeLessThanOrEqual(3 * (1_000_000 / 32_768))
  expect(taken).toBeGreaterThan(3)
})

test('a key is heard again after ten minutes, but its bad events only in the next step', () => {
  const events = new CountedEvents(0)
  const round = (isBad: boolean) => Array.from({ length: 4 }, () => events.counts(1, isBad))
  expect(round(true)).toEqual([true, true, true, false])
  events.renew(599_999)
  expect(round(false)).toEqual([false, false, false, false])
  events.renew(600_000)
  expect(round(true)).toEqual([false, false, false, false])
  events.renew(1_200_000)
  expect(round(false)).toEqual([true, true, true, false])
  events.clear(1_200_001)
  expect(round(true)).toEqual([true, true, true, false])
})
