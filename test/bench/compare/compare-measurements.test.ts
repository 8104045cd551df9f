import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compareMeasurements } from '../../../src/bench/compare/compare-measurements.ts'
import type { ComparedSide } from '../../../src/bench/compare/compared-side.ts'
import { interleaved } from '../../../src/bench/compare/interleaved.ts'
import { ratioInterval } from '../../../src/bench/compare/ratio-interval.ts'
import { studentT } from '../../../src/bench/compare/student-t.ts'
import type { FoundMax } from '../../../src/bench/search/found-max.ts'
import { seededRandom } from '../../../src/core/seeded-random.ts'
import { simulate } from '../support/simulated-server.ts'

async function side(name: string, serviceMs: number, rounds: number, failures = 0): Promise<ComparedSide> {
  const seeds = Array.from({ length: rounds }, (_, round) => round + 1)
  const server = { serviceMs, failures, exponential: true, name }
  return { name, rounds: await Promise.all(seeds.map((seed) => simulate(server, 100, 10, seed))) }
}

/** Of the same rounds, as if they had been closed loops. */
function closed({ name, rounds }: ComparedSide, factor: (round: number) => number): ComparedSide {
  return {
    name,
    rounds: rounds.map((round, at) => ({
      ...round,
      offered: Math.round(round.offered * factor(at)),
      answered: Math.round(round.answered * factor(at)),
      load: { kind: 'closed', connections: 8, warmUpMs: 0, durationMs: 10_000, timeoutMs: 1000, seed: 1 },
    })),
  }
}

function spaced(text: string): string {
  return text.replaceAll('\u00a0', ' ')
}

describe('a comparison', () => {
  test('says which side is faster, with its interval', async () => {
    const [comparison] = compareMeasurements([await side('A', 2, 4), await side('B', 1, 4)])
    expect(comparison?.better).toBe('other')
    expect(spaced(comparison!.verdict)).toMatch(
      /^B is 2\.\d+x faster than A by median latency, 95 % interval [\d.]+-[\d.]+\.$/,
    )
    const p50 = comparison!.figures.find(({ name }) => name === 'p50')!
    expect(p50.ratio).toBeCloseTo(p50.otherValue / p50.baselineValue, 6)
    expect(comparison!.figures.map(({ name }) => name)).not.toContain('rate')
  })

  test('names the baseline where that is the faster one', async () => {
    const [comparison] = compareMeasurements([await side('A', 1, 4), await side('B', 2, 4)])
    expect(comparison?.better).toBe('baseline')
    expect(comparison?.verdict).toMatch(/^A is 2\.\d+x faster than B/)
  })

  test('is about the rate where the server decides it', async () => {
    const a = await side('A', 1, 5)
    const wobble = [0.98, 1.01, 1, 1.02, 0.99]
    const [comparison] = compareMeasurements([
      closed(a, () => 1),
      closed({ ...a, name: 'B' }, (round) => 1.8 * wobble[round]!),
    ])
    expect(spaced(comparison!.verdict)).toBe(
      'B is 1.80x faster than A by requests a second, 95 % interval 1.76-1.84.',
    )
  })

  test('gives a small difference as many digits as its interval bears', async () => {
    const a = await side('A', 1, 5)
    const wobble = [0.9999, 1, 1.0001, 1, 1]
    const rounds = a.rounds.map((round) => ({ ...round, answered: 100_000, offered: 100_000 }))
    const [comparison] = compareMeasurements([
      closed({ ...a, rounds }, () => 1),
      closed({ name: 'B', rounds }, (round) => 1.004 * wobble[round]!),
    ])
    expect(spaced(comparison!.verdict)).toBe(
      'B is 1.004x faster than A by requests a second, 95 % interval 1.004-1.004.',
    )
  })

  test('shows no difference of a server from itself', async () => {
    const [comparison] = compareMeasurements([
      await side('A', 2, 3),
      { ...(await side('B', 2, 6)), rounds: (await side('B', 2, 6)).rounds.slice(3) },
    ])
    expect(comparison?.better).toBe('neither')
    expect(comparison?.verdict).toContain('No difference that this run can show between A and B')
  })

  test('of rounds that are far from each other says that, and no interval that tells nothing', async () => {
    const a = await side('A', 1, 2)
    const [comparison] = compareMeasurements([
      closed(a, () => 1),
      closed({ ...a, name: 'B' }, (round) => [0.2, 4][round]!),
    ])
    expect(comparison!.verdict).toBe(
      'No difference that this run can show between A and B by requests a second: its 2 rounds differ too much from each other.',
    )
  })

  test('of two searches goes by the intervals of both', async () => {
    const [a, b] = [await side('A', 1, 1), await side('B', 1, 1)]
    const found = (ratePerSecond: number, low: number, high: number | undefined): FoundMax => ({
      limit: { percentile: 99, milliseconds: 20, confidence: 0.99 },
      ...{ ratePerSecond, confirmed: true, boundBy: 'server', tries: [], explanation: '' },
      interval: { low, high },
    })
    const verdictOf = (one: FoundMax, other: FoundMax) =>
      spaced(
        compareMeasurements([
          { ...a, found: one },
          { ...b, found: other },
        ])[0]!.verdict,
      )
    expect(verdictOf(found(100, 95, 105), found(200, 190, 210))).toBe(
      'B is 2.0x faster than A by requests a second, 95 % interval 1.8-2.2.',
    )
    expect(verdictOf(found(100, 95, 105), found(40, 0, 50))).toBe(
      'A is 2.5x faster than B by requests a second, 95 % interval 1.9 and more.',
    )
    expect(verdictOf(found(100, 80, 130), found(110, 90, 140))).toContain('No difference')
    expect(verdictOf(found(100, 95, undefined), found(200, 190, 210))).toContain('nothing bounds')
  })

  test('of one round claims nothing', async () => {
    const [comparison] = compareMeasurements([await side('A', 4, 1), await side('B', 1, 1)])
    expect(comparison?.better).toBe('neither')
    expect(comparison?.verdict).toContain('nothing bounds')
    expect(comparison?.figures[0]?.low).toBeUndefined()
  })

  test('tells of failures and of loads that were not as they were to be', async () => {
    const b = await side('B', 1, 3, 0.1)
    const invalid = { ...b, rounds: b.rounds.map((round, at) => ({ ...round, valid: at > 0 })) }
    const [comparison] = compareMeasurements([await side('A', 2, 3), invalid])
    expect(spaced(comparison!.verdict)).toMatch(/B did not answer [\d.]+ % of the requests rightly\./)
    expect(comparison?.verdict).toContain('Do not trust it: 1 of 6 loads')
  })

  test('has a verdict where nothing was answered', async () => {
    const [comparison] = compareMeasurements([await side('A', 1, 2), await side('B', 1, 2, 1)])
    expect(comparison?.better).toBe('neither')
    expect(comparison?.verdict).toMatch(/cannot be compared/)
  })

  test('needs two sides, rounds, and loads of one kind', async () => {
    const a = await side('A', 1, 1)
    expect(() => compareMeasurements([a])).toThrow('at least two')
    expect(() => compareMeasurements([a, { name: 'B', rounds: [] }])).toThrow('B was not measured')
    expect(() => compareMeasurements([a, closed(a, () => 1)])).toThrow('open and closed')
  })
})

describe('the interval of a ratio', () => {
  test('is that of the paired t test of the logarithms', () => {
    // scipy.stats.t.interval of log([1.1, 1.2, 1.3]): mean 0.179989, standard error 0.048230, t 4.302653.
    const interval = ratioInterval([1, 1, 1], [1.1, 1.2, 1.3], 0.95)!
    expect(interval.ratio).toBeCloseTo(1.197216, 5)
    expect(interval.low).toBeCloseTo(0.972806, 4)
    expect(interval.high).toBeCloseTo(1.473394, 4)
  })

  test('covers the truth as often as it says', () => {
    const random = seededRandom(5)
    const noise = () => Math.exp(0.1 * (random() + random() + random() + random() - 2))
    let covered = 0
    for (let run = 0; run < 1000; run += 1) {
      const machine = Array.from({ length: 4 }, () => 1 + random())
      const [a, b] = [machine.map((each) => each * noise()), machine.map((each) => 1.3 * each * noise())]
      const { low = 0, high = 0 } = ratioInterval(a, b, 0.95)!
      if (low <= 1.3 && high >= 1.3) covered += 1
    }
    expect(covered).toBeGreaterThan(930)
    expect(covered).toBeLessThan(970)
  })

  test('of the sides exchanged is its reciprocal', () => {
    const figures = fc.array(fc.double({ min: 0.01, max: 1e6, noNaN: true }), { minLength: 2, maxLength: 8 })
    fc.assert(
      fc.property(figures, figures, (a, b) => {
        const [one, other] = [ratioInterval(a, b, 0.95), ratioInterval(b, a, 0.95)]
        expect(one?.rounds).toBe(other?.rounds)
        if (one?.low !== undefined && other?.high !== undefined && one.low > 1e-200)
          expect(one.low * other.high).toBeCloseTo(1, 6)
      }),
    )
  })

  test('leaves out rounds without a figure', () => {
    expect(ratioInterval([1, 0, 2], [2, 5], 0.95)).toMatchObject({ ratio: 2, rounds: 1 })
    expect(ratioInterval([0], [1], 0.95)).toBeUndefined()
  })
})

test("Student's t has the values of its tables", () => {
  expect(studentT(1, 0.95)).toBeCloseTo(12.7062, 3)
  expect(studentT(2, 0.95)).toBeCloseTo(4.30265, 4)
  expect(studentT(4, 0.95)).toBeCloseTo(2.77645, 4)
  expect(studentT(30, 0.99)).toBeCloseTo(2.74999, 4)
})

test('sides are measured in turn, each as often as the others', () => {
  const order = (sides: string, rounds: number) => interleaved([...sides], rounds).map(({ side }) => side)
  expect(order('AB', 4).join('')).toBe('ABBAABBA')
  expect(order('ABC', 2).join('')).toBe('ABCCBA')
  expect(interleaved(['A', 'B'], 2).map(({ round }) => round)).toEqual([0, 0, 1, 1])
})
