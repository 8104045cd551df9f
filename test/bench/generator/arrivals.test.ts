import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Arrivals, constantArrivals, poissonArrivals } from '../../../src/bench/generator/arrivals.ts'
import { seededRandom } from '../../../src/core/seeded-random.ts'

const rates = fc.double({ min: 0.1, max: 50_000, noNaN: true })
const seeds = fc.integer()

function take(arrivals: Arrivals, count: number): number[] {
  return Array.from({ length: count }, () => arrivals())
}

describe('Poisson arrivals', () => {
  test('never go back in time, and are the same for the same seed', () => {
    fc.assert(
      fc.property(rates, seeds, (rate, seed) => {
        const times = take(poissonArrivals(rate, seededRandom(seed)), 200)
        expect(times).toEqual([...times].sort((a, b) => a - b))
        expect(times[0]).toBeGreaterThanOrEqual(0)
        expect(times).toEqual(take(poissonArrivals(rate, seededRandom(seed)), 200))
      }),
    )
  })

  test('come at the rate, with gaps that vary as much as they are long', () => {
    for (const seed of [1, 2, 3]) {
      const times = take(poissonArrivals(1000, seededRandom(seed)), 20_000)
      const gaps = times.map((time, index) => time - (times[index - 1] ?? 0))
      const mean = times.at(-1)! / times.length
      const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length
      expect(mean).toBeCloseTo(1, 1)
      expect(Math.sqrt(variance)).toBeCloseTo(1, 1)
    }
  })
})

describe('constant arrivals', () => {
  test('are the same together, however many threads share them', () => {
    fc.assert(
      fc.property(rates, fc.integer({ min: 1, max: 8 }), (rate, threads) => {
        const shares = Array.from({ length: threads }, (_, thread) => constantArrivals(rate, thread, threads))
        const together = shares.flatMap((share) => take(share, 50)).sort((a, b) => a - b)
        expect(together).toEqual(take(constantArrivals(rate), 50 * threads))
      }),
    )
  })
})
