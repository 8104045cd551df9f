import { expect, test } from 'vitest'
import { seededRandom } from '../../../src/core/seeded-random.ts'
import { DistinctKeys } from '../../../src/rollout/statistics/distinct-keys.ts'
import { FirstKeys } from '../../../src/rollout/statistics/first-keys.ts'

const random = seededRandom(5)

/** Of one slot of a thousand only: what keys of one variant have in common. */
const keyOfSlot = (slot: number): number => Math.floor(((slot + random()) / 1000) * 2 ** 52)

const anyKey = (): number => Math.floor(random() * 2 ** 26) * 2 ** 26 + Math.floor(random() * 2 ** 26)

test('few keys are counted exactly, however often they come', () => {
  const keys = new DistinctKeys()
  const known = Array.from({ length: 500 }, anyKey)
  for (let round = 0; round < 3; round += 1) for (const key of known) keys.add(key)
  expect(keys.count).toBe(new Set(known).size)
})

test.each([600, 2_000, 10_000, 20_000, 100_000, 1_000_000])('%d keys are counted within 6 %', (count) => {
  const keys = new DistinctKeys()
  for (let added = 0; added < count; added += 1) keys.add(anyKey())
  expect(Math.abs(keys.count / count - 1)).toBeLessThan(0.06)
})

test('keys of a narrow range of slots are counted as well', () => {
  const keys = new DistinctKeys()
  const known = new Set<number>()
  for (let added = 0; added < 50_000; added += 1) {
    const key = keyOfSlot(7) + Math.floor(random() * 2 ** 12)
    known.add(key)
    keys.add(key)
  }
  expect(Math.abs(keys.count / known.size - 1)).toBeLessThan(0.06)
})

test('a key is the first only once', () => {
  const first = new FirstKeys()
  const known = Array.from({ length: 1000 }, anyKey)
  const counted = known.filter((key) => first.add(key)).length
  expect(counted).toBeGreaterThan(980)
  expect(known.some((key) => first.add(key))).toBe(false)
})
