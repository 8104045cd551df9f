import { expect, test } from 'vitest'
import { mergeRounds } from '../../../src/bench/report/merge-rounds.ts'
import { simulate } from '../support/simulated-server.ts'

const SERVER = { serviceMs: 1 }

test('rounds that were late for one reason say it once', async () => {
  const rounds = await Promise.all([1, 2, 3].map((seed) => simulate(SERVER, 100, 1, seed)))
  const late = rounds.map((round, index) => ({
    ...round,
    valid: index === 0,
    faults: index === 0 ? [] : [`One request in a hundred was sent ${index}.5 ms late`],
  }))
  const merged = await mergeRounds(late)
  expect(merged.valid).toBe(false)
  expect(merged.faults).toEqual(['One request in a hundred was sent 1.5 ms late (in 2 of 3 rounds)'])
})

test('of the generator the worst figures of all rounds are kept, and all who waited', async () => {
  const [first, second] = await Promise.all([1, 2].map((seed) => simulate(SERVER, 100, 1, seed)))
  const lagMs = { ...first!.generator.lagMs, p99: 9 }
  const late = { ...first!, generator: { ...first!.generator, lagMs, busyShare: 0.1, waited: 3 } }
  const busy = { ...second!, generator: { ...second!.generator, busyShare: 0.97, waited: 40 } }
  const { generator } = await mergeRounds([late, busy])
  expect(generator).toMatchObject({ lagMs, busyShare: 0.97, waited: 43 })
})

test('rounds are added up', async () => {
  const rounds = await Promise.all([1, 2].map((seed) => simulate(SERVER, 100, 1, seed)))
  const merged = await mergeRounds(rounds)
  expect(merged.seconds).toBe(2)
  expect(merged.answered).toBe(rounds.reduce((sum, { answered }) => sum + answered, 0))
  expect(merged.latencyMs.count).toBe(merged.answered)
  expect(merged.overTime.map(({ second }) => second)).toEqual([0, 1])
})
