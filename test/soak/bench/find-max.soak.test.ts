import { expect, test } from 'vitest'
import { findMax } from '../../../src/bench/search/find-max.ts'
import type { FoundMax } from '../../../src/bench/search/found-max.ts'
import { largestRate } from '../../bench/support/simulated-queue.ts'
import { type SimulatedServer, simulate } from '../../bench/support/simulated-server.ts'

interface Scenario {
  readonly name: string
  readonly server: SimulatedServer
  readonly limitMs: number
  /** Of a closed loop. */
  readonly capacity: number
  /** Of the intervals, that hold the largest rate; 0.95 of a server that is as fast at any time. */
  readonly least?: number
}

const SCENARIOS: readonly Scenario[] = [
  { name: 'M/M/1, 77 % busy', server: { serviceMs: 1, exponential: true }, limitMs: 20, capacity: 1000 },
  { name: 'M/M/1, 8 % busy', server: { serviceMs: 1, exponential: true }, limitMs: 5, capacity: 1000 },
  { name: 'M/M/1, 98 % busy', server: { serviceMs: 1, exponential: true }, limitMs: 200, capacity: 1000 },
  { name: 'M/D/1', server: { serviceMs: 2 }, limitMs: 20, capacity: 500 },
  { name: 'M/D/1, fast', server: { serviceMs: 0.1 }, limitMs: 1, capacity: 10_000 },
  {
    name: 'batches of up to 16',
    server: { serviceMs: 4, batch: { most: 16, moreMs: 0.5 } },
    limitMs: 20,
    capacity: 1391,
  },
  { name: 'half a per cent fails', server: { serviceMs: 2, failures: 0.005 }, limitMs: 20, capacity: 500 },
  { name: 'refuses above 300/s', server: { serviceMs: 1, errorsAbove: 300 }, limitMs: 20, capacity: 300 },
  { name: 'slow', server: { serviceMs: 50 }, limitMs: 300, capacity: 20 },
  { name: 'very slow', server: { serviceMs: 400 }, limitMs: 2000, capacity: 2.5 },
  { name: 'stalls each second', server: { serviceMs: 1, stallMs: 25 }, limitMs: 20, capacity: 975 },
  {
    name: 'speed wanders by 5 %',
    server: { serviceMs: 2, exponential: true, noise: 0.05 },
    limitMs: 40,
    capacity: 500,
  },
  {
    name: 'speed wanders by 20 %',
    server: { serviceMs: 2, exponential: true, noise: 0.2 },
    limitMs: 40,
    capacity: 500,
    // A search of a minute and a half sees a part of what such a machine does.
    least: 0.6,
  },
]

const SEARCHES = 60
const CONFIDENCE = 0.99

test.each(SCENARIOS)(
  '$name: intervals hold the largest rate',
  async ({ name, server, limitMs, capacity, least = 0.95 }) => {
    const limit = { percentile: 99, milliseconds: limitMs, confidence: CONFIDENCE }
    const truth = largestRate(server, limit, 1.2 * capacity)
    const found: FoundMax[] = []
    for (let search = 1; search <= SEARCHES; search += 1) {
      found.push(
        await findMax(
          (rate, seconds, seed) => simulate(server, rate, seconds, seed, Math.max(500, 5 * limitMs)),
          {
            limit,
            guessPerSecond: capacity * (search % 2 === 0 ? 0.9 : 1.1),
            seed: search * 1000,
          },
        ),
      )
    }
    const held = found.filter(
      ({ interval: { low, high = Number.POSITIVE_INFINITY } }) => low <= truth && truth <= high,
    ).length
    const above = found.filter(({ interval }) => interval.low > truth).length
    const lows = found.map(({ interval }) => interval.low / truth)
    const highs = found.map(({ interval }) => (interval.high ?? Number.POSITIVE_INFINITY) / truth)
    const ratios = found.map(({ ratePerSecond }) => ratePerSecond / truth).toSorted((a, b) => a - b)
    const seconds = found.map(({ tries }) => tries.reduce((sum, each) => sum + each.seconds + 0.5, 0))
    const confirmed = found.filter((each) => each.confirmed).length
    console.log(
      `${name}: exact ${truth.toPrecision(4)}/s; ${held} of ${SEARCHES} intervals hold it, ${above} lie above it ` +
        `(median ${share(middle(lows))} to ${share(middle(highs))}); found ${share(ratios[Math.floor(SEARCHES * 0.05)])} ${share(middle(ratios))} ${share(ratios[Math.floor(SEARCHES * 0.95)])} of it ` +
        `(5 %, median, 95 %); ${middle(seconds).toFixed(0)} s, at most ${Math.max(...seconds).toFixed(0)}; ${confirmed} confirmed`,
    )
    expect(held).toBeGreaterThanOrEqual(least * SEARCHES)
  },
)

function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

function share(ratio = Number.NaN): string {
  return ratio.toFixed(2)
}
