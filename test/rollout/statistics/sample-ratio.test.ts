import { expect, test } from 'vitest'
import { seededRandom } from '../../../src/core/seeded-random.ts'
import { SampleRatio } from '../../../src/rollout/statistics/sample-ratio.ts'

const random = seededRandom(3)

const randomKey = (): number => Math.floor(random() * 2 ** 26) * 2 ** 26 + Math.floor(random() * 2 ** 26)

let now = 1_800_000_000_000

/** A hundred a second, each second judged before the next one. */
function addKeys(ratio: SampleRatio, step: number, share: number, count: number): void {
  for (let added = 0; added < count; added += 1) {
    ratio.add(step, random() < share ? 1 : 0, randomKey(), now)
    if (added % 100 === 99) settle(ratio)
  }
  settle(ratio)
}

function settle(ratio: SampleRatio): void {
  now += 11_000
  ratio.settle(now)
}

test('nothing has been seen before the first key', () => {
  const ratio = new SampleRatio()
  expect(ratio.eValue).toBe(1)
  ratio.begin(0, [900, 100])
  expect(ratio.eValue).toBeLessThanOrEqual(1)
  expect(ratio.alarm).toBe(false)
})

test('right shares give few alarms, looked at after every second and over steps', () => {
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
  for (let request = 0; request < 10_000; request += 1) ratio.add(0, 1, 42, now)
  settle(ratio)
  expect(ratio.alarm).toBe(false)
})

test('keys of another step, and of a variant that there is not, are left out', () => {
  const ratio = new SampleRatio()
  ratio.begin(3, [500, 500])
  for (let added = 0; added < 1000; added += 1) {
    ratio.add(2, 1, randomKey(), now)
    ratio.add(3, 2, randomKey(), now)
  }
  settle(ratio)
  expect(ratio.alarm).toBe(false)
})

test('one key of a variant without a share is an alarm, with a number that JSON can hold', () => {
  const ratio = new SampleRatio()
  ratio.begin(0, [1000, 0])
  addKeys(ratio, 0, 0, 100)
  expect(ratio.alarm).toBe(false)
  ratio.add(0, 1, randomKey(), now)
  settle(ratio)
  expect(ratio.alarm).toBe(true)
  expect(ratio.eValue).toBe(Number.MAX_VALUE)
  for (let added = 0; added < 100; added += 1) ratio.add(0, 1, randomKey(), now)
  settle(ratio)
  expect(ratio.eValue).toBe(Number.MAX_VALUE)
})

test('a variant whose answers take longer is no alarm', () => {
  const ratio = new SampleRatio()
  ratio.begin(0, [500, 500])
  const answers: { readonly at: number; readonly variant: number; readonly cameAt: number }[] = []
  for (let millisecond = 0; millisecond < 20_000; millisecond += 1) {
    const variant = random() < 0.5 ? 1 : 0
    answers.push({ at: now + millisecond + 1000 * variant, variant, cameAt: now + millisecond })
  }
  answers.sort((a, b) => a.at - b.at)
  for (const { at, variant, cameAt } of answers) {
    ratio.add(0, variant, randomKey(), cameAt)
    ratio.settle(at)
  }
  expect(ratio.alarm).toBe(false)
  settle(ratio)
  expect(ratio.alarm).toBe(false)
})

test('a clock that is set back holds nothing up', () => {
  const ratio = new SampleRatio()
  ratio.begin(0, [900, 100])
  for (let added = 0; added < 1000; added += 1) ratio.add(0, 1, randomKey(), now)
  ratio.settle(now - 3_600_000)
  expect(ratio.alarm).toBe(true)
})
