import fc from 'fast-check'
import { expect, test } from 'vitest'
import { race } from '../../../src/bench/tune/race.ts'

const RUNGS = [
  { seconds: 1, keep: 3 },
  { seconds: 4, keep: 1 },
]

test('who is clearly worse is measured for a short time only', async () => {
  const spent = new Map<string, number>()
  const speeds: Readonly<Record<string, number>> = { slow: 10, best: 100, good: 95, fair: 90, worse: 50 }
  const raced = await race(Object.keys(speeds), {
    rungs: RUNGS,
    clearlyWorse: 0.8,
    measure: async (name, { seconds }) => {
      spent.set(name, (spent.get(name) ?? 0) + seconds)
      return speeds[name]
    },
  })
  expect(raced.map(({ candidate }) => candidate)).toEqual(['best', 'good', 'fair', 'worse', 'slow'])
  expect(raced[0]).toEqual({ candidate: 'best', scores: [100, 100], finished: true })
  expect(Object.fromEntries(spent)).toEqual({ slow: 1, best: 5, good: 5, fair: 5, worse: 1 })
})

test('who stays is measured to the end, however slow', async () => {
  const raced = await race([10, 100, 90], {
    ...{
      rungs: [
        { seconds: 1, keep: 1 },
        { seconds: 4, keep: 1 },
      ],
      clearlyWorse: 0.8,
      stays: 10,
    },
    measure: async (speed) => speed,
  })
  expect(raced).toEqual([
    { candidate: 100, scores: [100, 100], finished: true },
    { candidate: 10, scores: [10, 10], finished: true },
    { candidate: 90, scores: [90], finished: false },
  ])
})

test('who cannot be measured is out', async () => {
  const raced = await race(['broken', 'whole'], {
    rungs: RUNGS,
    clearlyWorse: 0.8,
    measure: async (name) => (name === 'broken' ? undefined : 1),
  })
  expect(raced.map(({ candidate, finished }) => [candidate, finished])).toEqual([
    ['whole', true],
    ['broken', false],
  ])
})

test('nobody finishes a race whose last rung nobody can be measured in', async () => {
  const raced = await race(['one', 'other'], {
    rungs: RUNGS,
    clearlyWorse: 0.8,
    measure: async (_, { seconds }) => (seconds > 1 ? undefined : 5),
  })
  expect(raced.map(({ finished }) => finished)).toEqual([false, false])
})

test('the best of steady candidates wins, whatever the rungs', async () => {
  const speeds = fc.uniqueArray(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 12 })
  const rungs = fc.array(fc.record({ seconds: fc.nat(5), keep: fc.integer({ min: 1, max: 5 }) }), {
    minLength: 1,
    maxLength: 3,
  })
  await fc.assert(
    fc.asyncProperty(
      speeds,
      rungs,
      fc.double({ min: 0, max: 1, noNaN: true }),
      async (given, steps, clearlyWorse) => {
        const raced = await race(given, { rungs: steps, clearlyWorse, measure: async (speed) => speed })
        expect(raced[0]).toMatchObject({ candidate: Math.max(...given), finished: true })
        expect(raced.filter(({ finished }) => finished).length).toBeLessThanOrEqual(steps.at(-1)?.keep ?? 0)
        expect(raced.map(({ candidate }) => candidate).toSorted()).toEqual(given.toSorted())
      },
    ),
  )
})
