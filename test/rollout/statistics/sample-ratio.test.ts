import { expect, test } from 'vitest'
import { seededRandom } from '../../../src/core/seeded-random.ts'
import { SampleRatio } from '../../../src/rollout/statistics/sample-ratio.ts'

const random = seededRandom(3)

const randomKey = (): number => Math.floor(random() * 2 ** 26) * 2 ** 26 + Math.floor(random() * 2 ** 26)

function addKeys(ratio: SampleRatio, step: number, share: number, count: number): void {
  for (let added = 0; added < count; added += 1) ratio.add(step, random() < share ? 1 : 0, randomKey())
}

test('nothing has been seen before the first key', () => {
  const ratio = new SampleRatio()
  expect(ratio.eValue).toBe(1)
  ratio.begin(0, [900, 100])
  expect(ratio.eValue).toBeLessThanOrEqual(1)
  expect(ratio.alarm).toBe(false)
})

test('right shares give few alarms, looked at after every key and over steps', () => {
  const alpha = 0.05
  const runs = 200
  let alarms = 0
  for (let run = 0; run < runs; run += 1) {
    const ratio = new SampleRatio({ alpha })
    ratio.begin(0, [990, 10])
    addKeys(ratio, 0, 0.01, 1000)
    ratio.begin(1, [500, 500])
    addKeys(ratio, 1, 0.5, 2000)
    if (ratio.alarm) alarms += 1
  }
  expect(alarms / runs).toBeLessThanOrEqual(alpha)
})

test('shares that are two points off are noticed, and the alarm stays through later steps', () => {
  const ratio = new SampleRatio()
  ratio.begin(0, [900, 100])
  addKeys(ratio, 0, 0.12, 20_000)
  expect(ratio.alarm).toBe(true)
  expect(ratio.eValue).toBeGreaterThanOrEqual(1000)
  ratio.begin(1, [500, 500])
  addKeys(ratio, 1, 0.5, 1000)
  expect(ratio.alarm).toBe(true)
})

test('a key counts once in a step', () => {
  const ratio = new SampleRatio()
  ratio.begin(0, [500, 500])
  for (let request = 0; request < 10_000; request += 1) ratio.add(0, 1, 42)
  expect(ratio.alarm).toBe(false)
})

test('keys of another step, and of a variant that there is not, are left out', () => {
  const ratio = new SampleRatio()
  ratio.begin(3, [500, 500])
  for (let added = 0; added < 1000; added += 1) {
    ratio.add(2, 1, randomKey())
    ratio.add(3, 2, randomKey())
  }
  expect(ratio.alarm).toBe(false)
})

test('one key of a variant without a share is an alarm, with a number that JSON can hold', () => {
  const ratio = new SampleRatio()
  ratio.begin(0, [1000, 0])
  addKeys(ratio, 0, 0, 100)
  expect(ratio.alarm).toBe(false)
  ratio.add(0, 1, randomKey())
  expect(ratio.alarm).toBe(true)
  expect(ratio.eValue).toBe(Number.MAX_VALUE)
  for (let added = 0; added < 100; added += 1) ratio.add(0, 1, randomKey())
  expect(ratio.eValue).toBe(Number.MAX_VALUE)
})
