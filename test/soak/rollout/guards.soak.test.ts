/**
 * The promises of the guards, by 2,000 runs each: a healthy variant is stopped in at most a part alpha of them within 20,000
 * requests; one with 20 % errors, or that takes three times as long, within 60 of its requests in 95 % of the runs.
 *
 *     npm run test:soak -- rollout/guards
 */
import { afterAll, expect, test } from 'vitest'
import { seededRandom } from '../../../src/core/seeded-random.ts'
import {
  type Events,
  errors,
  errorsOfUsers,
  eventsUntilTripped,
  slowAnswers,
} from '../../rollout/statistics/simulated-guard.ts'
import { mostByChance } from '../../rollout/statistics/simulation.ts'

const RUNS = 2_000
const ALLOWED_RATE = 0.02
const ALPHA = 0.01
/** As three guards have it that watch one variant. */
const THIRD = ALPHA / 3

const rows: string[] = [
  '| variant | alpha | stopped | median request | 95 % of the runs |',
  '|---|---|---|---|---|',
]

afterAll(() => console.log(rows.join('\n')))

const HEALTHY: [name: string, events: (random: () => number) => Events][] = [
  ['2 % errors, as many as allowed', (random) => errors(random, 0.02)],
  ['1 % errors', (random) => errors(random, 0.01)],
  [
    'latencies of the control, of which 1 % are slow',
    (random) => slowAnswers(random, { sigma: 0.5, times: 1, ratio: 1 }),
  ],
]

test.each(HEALTHY)('%s: rarely stopped', (name, events) => {
  const { stopped } = run(name, events, { alpha: ALPHA, last: 20_000 })
  expect(stopped).toBeLessThanOrEqual(mostByChance(ALPHA, RUNS))
})

const FAULTY: [name: string, events: (random: () => number) => Events][] = [
  ['20 % errors', (random) => errors(random, 0.2)],
  ['3x latency, narrow (sigma 0.2)', (random) => slowAnswers(random, { sigma: 0.2, times: 3, ratio: 1.5 })],
  ['3x latency, wider (sigma 0.35)', (random) => slowAnswers(random, { sigma: 0.35, times: 3, ratio: 1.5 })],
]

test.each(FAULTY)('%s: stopped within 60 requests', (name, events) => {
  for (const alpha of [ALPHA, THIRD]) {
    const { within60 } = run(name, events, { alpha, last: 5_000 })
    expect(within60).toBeGreaterThanOrEqual(0.95)
  }
})

/** Shown beside them: what is beyond the theory, or slower. */
const OTHERS: [name: string, events: (random: () => number) => Events][] = [
  ['5 % errors', (random) => errors(random, 0.05)],
  ['3x latency, wide (sigma 0.5)', (random) => slowAnswers(random, { sigma: 0.5, times: 3, ratio: 1.5 })],
]

test.each(OTHERS)('%s: stopped', (name, events) => {
  expect(run(name, events, { alpha: ALPHA, last: 5_000 }).stopped).toBe(1)
})

test('errors of users who come three times each are not independent, and are believed a little too easily', () => {
  const half = run('1 % errors, users with 3 (ICC 0.33)', (random) => errorsOfUsers(random, 0.01, 0.33), {
    alpha: ALPHA,
    last: 20_000,
  })
  const all = run('2 % errors, users with 3 (ICC 0.33)', (random) => errorsOfUsers(random, 0.02, 0.33), {
    alpha: ALPHA,
    last: 20_000,
  })
  expect(half.stopped).toBeLessThanOrEqual(0.025)
  expect(all.stopped).toBeLessThanOrEqual(0.06)
})

function run(
  name: string,
  events: (random: () => number) => Events,
  { alpha, last }: { readonly alpha: number; readonly last: number },
): { readonly stopped: number; readonly within60: number } {
  const random = seededRandom(7)
  const counts = Array.from({ length: RUNS }, () => {
    const count = eventsUntilTripped(events(random), { allowedRate: ALLOWED_RATE, alpha, last })
    return count ?? Number.POSITIVE_INFINITY
  }).sort((a, b) => a - b)
  const partWithin = (most: number): number => counts.filter((count) => count <= most).length / RUNS
  const stopped = partWithin(last)
  const at = (part: number): string => {
    const count = counts[Math.floor(part * RUNS)]!
    return Number.isFinite(count) ? `${count}` : '—'
  }
  rows.push(
    `| ${name} | ${(100 * alpha).toFixed(2)} % | ${(100 * stopped).toFixed(2)} % | ${at(0.5)} | ${at(0.95)} |`,
  )
  return { stopped, within60: partWithin(60) }
}
