import { expect, test } from 'vitest'
import { compareMeasurements } from '../../../src/bench/compare/compare-measurements.ts'
import { interleaved } from '../../../src/bench/compare/interleaved.ts'
import type { ClosedLoad } from '../../../src/bench/load.ts'
import type { Measurement } from '../../../src/bench/measurement.ts'
import { seededRandom } from '../../../src/core/seeded-random.ts'
import { simulate } from '../../bench/support/simulated-server.ts'

/** A machine whose speed changes from load to load. */
interface Machine {
  readonly name: string
  /** Logarithm of the speed at the loads of a comparison, in their order. */
  speeds(random: () => number, loads: number): readonly number[]
}

const MACHINES: readonly Machine[] = [
  { name: 'independent loads', speeds: (random, loads) => walk(random, loads, 0) },
  { name: 'loads that are like those before', speeds: (random, loads) => walk(random, loads, 0.9) },
  {
    name: 'a machine that gets slower all the time',
    speeds: (random, loads) => walk(random, loads, 0).map((noise, at) => noise * 0.3 - 0.02 * at),
  },
  {
    name: 'another program for a while',
    speeds: (random, loads) => {
      const from = Math.floor(random() * loads)
      return walk(random, loads, 0).map((noise, at) => noise * 0.3 - (at >= from && at < from + 4 ? 0.3 : 0))
    },
  },
]

const RUNS = 2000
const TRUTH = 1.1

test.each(MACHINES.flatMap((machine) => [2, 3, 6, 12].map((rounds) => ({ ...machine, rounds }))))(
  'intervals of $rounds rounds hold the truth: $name',
  async ({ name, rounds, speeds }) => {
    const random = seededRandom(11)
    const plain = await simulate({ serviceMs: 1 }, 10, 1, 1)
    let [held, claims, width] = [0, 0, 0]
    for (let run = 0; run < RUNS; run += 1) {
      const { low, high } = interval(plain, rounds, speeds(random, 2 * rounds), TRUTH)
      if (low <= TRUTH && TRUTH <= high) held += 1
      width += Math.log(high / low) / RUNS
      const { low: alike, high: alikeHigh } = interval(plain, rounds, speeds(random, 2 * rounds), 1)
      if (alike > 1 || alikeHigh < 1) claims += 1
    }
    console.log(
      `${name}, ${rounds} rounds: ${percent(held)} hold the truth, mean width ${Math.exp(width).toFixed(2)}x; ` +
        `${percent(claims)} claim a difference of two that are alike`,
    )
    expect(held / RUNS).toBeGreaterThan(0.93)
    expect(claims / RUNS).toBeLessThan(0.07)
  },
)

/** Of two servers that were measured in turn: the second one answers so many times as much. */
function interval(plain: Measurement, rounds: number, speeds: readonly number[], truth: number) {
  const sides: Measurement[][] = [[], []]
  for (const [place, { side }] of interleaved([0, 1], rounds).entries()) {
    const answered = 10_000 * Math.exp(speeds[place]!) * (side === 1 ? truth : 1)
    sides[side]!.push({ ...plain, answered, offered: answered, seconds: 1, load: CLOSED })
  }
  const [comparison] = compareMeasurements(sides.map((each, at) => ({ name: `${at}`, rounds: each })))
  const { low = 0, high = Number.POSITIVE_INFINITY } = comparison!.figures[0]!
  return { low, high }
}

const CLOSED: ClosedLoad = {
  kind: 'closed',
  connections: 8,
  warmUpMs: 0,
  durationMs: 1000,
  timeoutMs: 1000,
  seed: 1,
}

const DEVIATION = 0.05

/** Normal, each like the one before to a degree. */
function walk(random: () => number, steps: number, kept: number): readonly number[] {
  let state = normal(random) * DEVIATION
  return Array.from({ length: steps }, () => {
    state = kept * state + Math.sqrt(1 - kept ** 2) * DEVIATION * normal(random)
    return state
  })
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

function percent(count: number): string {
  return `${((100 * count) / RUNS).toFixed(1)} %`
}
