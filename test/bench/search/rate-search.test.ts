import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Probe, RateSearch, type RateSearchLimits } from '../../../src/bench/search/rate-search.ts'

const LIMITS: RateSearchLimits = { probes: 40, precision: 0.05 }

/** A server that keeps up to a capacity, and a generator that reaches so far; noise moves the capacity at each probe. */
interface Simulated {
  readonly capacity: number
  readonly ceiling?: number
  /** Of the capacity, for each probe. */
  readonly noise?: () => number
  readonly doubtful?: () => boolean
}

function probe(simulated: Simulated, rate: number): Probe {
  const { capacity, ceiling = Number.POSITIVE_INFINITY, noise = () => 0, doubtful = () => false } = simulated
  const isDoubtful = doubtful()
  const sentLate = rate > ceiling
  const passed = !isDoubtful && !sentLate && rate <= capacity * (1 + noise())
  return { passed, doubtful: isDoubtful, sentLate }
}

function search(simulated: Simulated, guess: number, limits = LIMITS) {
  const rates: number[] = []
  const one = new RateSearch(guess, limits)
  for (let rate = one.next; rate !== undefined; rate = one.next) {
    rates.push(rate)
    one.add(probe(simulated, rate))
  }
  return { ...one.found, rates }
}

const capacities = fc.double({ min: 1, max: 1e6, noNaN: true })
/** How far the guess is off. */
const errors = fc.double({ min: 0.02, max: 50, noNaN: true })

describe('the search for the largest rate', () => {
  test('comes within its precision below the capacity, wherever it begins', () => {
    const property = fc.property(capacities, errors, (capacity, error) => {
      const { perSecond, bound } = search({ capacity }, capacity * error)
      expect(perSecond).toBeLessThanOrEqual(capacity)
      expect(perSecond * 1.0501).toBeGreaterThanOrEqual(capacity)
      expect(bound).toBe('server')
    })
    fc.assert(property)
  })

  test('comes near with noise, and never claims a rate that did not pass', () => {
    const noises = fc.infiniteStream(fc.double({ min: -0.1, max: 0.1, noNaN: true }))
    const property = fc.property(capacities, errors, noises, (capacity, error, noise) => {
      const noisy = { capacity, noise: () => noise.next().value ?? 0 }
      const { perSecond } = search(noisy, capacity * error)
      expect(perSecond).toBeLessThanOrEqual(capacity * 1.1)
      expect(perSecond * 1.0501).toBeGreaterThanOrEqual(capacity * 0.9)
    })
    fc.assert(property)
  })

  test('keeps to its number of probes, with a result from above whatever was left', () => {
    const property = fc.property(
      capacities,
      errors,
      fc.integer({ min: 1, max: 10 }),
      (capacity, error, probes) => {
        const found = search({ capacity }, capacity * error, { ...LIMITS, probes })
        expect(found.rates.length).toBeLessThanOrEqual(probes)
        expect(found.perSecond).toBeLessThanOrEqual(capacity)
        expect([0, ...found.rates]).toContain(found.perSecond)
      },
    )
    fc.assert(property)
  })

  test('repeats what is doubtful, once', () => {
    let probes = 0
    const { rates, perSecond } = search({ capacity: 1000, doubtful: () => probes++ % 2 === 0 }, 1000)
    expect(rates[1]).toBe(rates[0])
    expect(perSecond * 1.0501).toBeGreaterThanOrEqual(1000)
  })

  test('gives a rate up that is doubtful twice', () => {
    const { rates, perSecond } = search({ capacity: 1000, doubtful: () => true }, 1000, {
      ...LIMITS,
      probes: 4,
    })
    expect([rates[1], rates[3], perSecond]).toEqual([rates[0], rates[2], 0])
    expect(rates[2]).toBeLessThan(rates[1]!)
  })

  test('says where the generator was the limit', () => {
    const property = fc.property(capacities, errors, (ceiling, error) => {
      const found = search({ capacity: ceiling * 2, ceiling }, ceiling * error)
      expect(found.bound).toBe('generator')
      expect(found.perSecond * 1.0501).toBeGreaterThanOrEqual(ceiling)
    })
    fc.assert(property)
  })

  test('finds nothing where nothing passes, within its probes', () => {
    const found = search({ capacity: 0 }, 1000, { ...LIMITS, probes: 10 })
    expect([found.perSecond, found.rates.length]).toEqual([0, 10])
  })
})
