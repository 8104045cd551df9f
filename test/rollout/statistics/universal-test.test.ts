import { expect, test } from 'vitest'
import { seededRandom } from '../../../src/core/seeded-random.ts'
import { UniversalTest } from '../../../src/rollout/statistics/universal-test.ts'

test('without outcomes of both there is no evidence', () => {
  const equality = new UniversalTest()
  expect(equality.eValue(1)).toBe(1)
  for (let key = 0; key < 100; key += 1) equality.add(0, 1, key, true)
  expect(equality.eValue(1)).toBe(1)
})

test('of one success against one failure it is 1/2 * 1/2 against 1/2 * 1/2', () => {
  const equality = new UniversalTest()
  equality.add(0, 0, 1, false)
  equality.add(0, 1, 2, true)
  expect(equality.eValue(1)).toBeCloseTo(1, 12)
})

test('a dozen of each are enough where one always succeeds and the other never', () => {
  const equality = new UniversalTest()
  for (let key = 0; key < 24; key += 1) equality.add(0, key % 2, key, key % 2 === 1)
  expect(equality.eValue(1)).toBeGreaterThan(1e4)
})

test('only the first outcome of a key counts', () => {
  const equality = new UniversalTest()
  for (let outcome = 0; outcome < 1000; outcome += 1)
    equality.add(0, outcome % 2, outcome % 2, outcome % 2 === 1)
  expect(equality.eValue(1)).toBeCloseTo(1, 12)
})

test('steps of different base rates and shares are no evidence', () => {
  const equality = new UniversalTest()
  for (let key = 0; key < 2000; key += 1)
    equality.add(0, Number(key % 10 === 0), key, Math.floor(key / 10) % 10 === 0)
  for (let key = 2000; key < 4000; key += 1) equality.add(1, key % 2, key, Math.floor(key / 2) % 2 === 0)
  expect(equality.eValue(1)).toBeLessThan(1)
})

test('each variant is compared with the control alone', () => {
  const equality = new UniversalTest()
  for (let key = 0; key < 300; key += 1)
    equality.add(0, key % 3, key, key % 3 === 2 || Math.floor(key / 3) % 2 === 0)
  expect(equality.eValue(1)).toBeLessThan(1)
  expect(equality.eValue(2)).toBeGreaterThan(1000)
})

test('equal rates give few false alarms, looked at after every outcome', () => {
  const random = seededRandom(9)
  const alpha = 0.05
  const runs = 300
  let alarms = 0
  for (let run = 0; run < runs; run += 1) {
    const equality = new UniversalTest()
    for (let key = 0; key < 300; key += 1) {
      equality.add(0, random() < 0.3 ? 1 : 0, key, random() < 0.2)
      if (equality.eValue(1) < 1 / alpha) continue
      alarms += 1
      break
    }
  }
  expect(alarms / runs).toBeLessThanOrEqual(alpha)
})
