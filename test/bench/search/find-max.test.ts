import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findMax } from '../../../src/bench/search/find-max.ts'
import type { FindMaxOptions } from '../../../src/bench/search/find-max-options.ts'
import { ServingError } from '../../../src/core/errors.ts'
import { type SimulatedServer, simulate } from '../support/simulated-server.ts'

const LIMIT = { percentile: 99, milliseconds: 20, confidence: 0.99 } as const

function search(server: SimulatedServer, options: Partial<FindMaxOptions> = {}) {
  return findMax((rate, seconds, seed) => simulate(server, rate, seconds, seed), {
    ...{ limit: LIMIT, guessPerSecond: 1000 / server.serviceMs },
    ...options,
  })
}

describe('the largest rate within a limit', () => {
  test('of exponential service is the one that queueing theory gives', async () => {
    // M/M/1: the time in the system is exponential with the rate (mu - lambda); ln(100) / 20 ms = 230 a second.
    const found = await search({ serviceMs: 1, exponential: true })
    const exact = 1000 - (Math.log(100) / 20) * 1000
    expect(found.ratePerSecond).toBeGreaterThan(exact * 0.88)
    expect(found.ratePerSecond).toBeLessThan(exact * 1.06)
    expect(found.confirmed).toBe(true)
    expect(found.boundBy).toBe('server')
    expect(found.interval.low).toBeLessThanOrEqual(found.ratePerSecond)
    expect(found.interval.high ?? Number.POSITIVE_INFINITY).toBeGreaterThan(found.ratePerSecond)
  })

  test('is found whatever the guess', async () => {
    for (const guessPerSecond of [60, 4000]) {
      const found = await search({ serviceMs: 1, exponential: true }, { guessPerSecond })
      expect(found.ratePerSecond).toBeGreaterThan(650)
      expect(found.ratePerSecond).toBeLessThan(830)
    }
  })

  test('says when the generator was the limit', async () => {
    const found = await search({ serviceMs: 0.1, ceiling: 3000 }, { guessPerSecond: 3000 })
    expect(found.boundBy).toBe('generator')
    expect(found.ratePerSecond).toBeLessThanOrEqual(3000)
    expect(found.explanation).toContain('the server may do more')
  })

  test('is that of the server where requests found all connections taken', async () => {
    const server = { serviceMs: 1, exponential: true }
    const measure = async (rate: number, seconds: number, seed: number) => {
      const measurement = await simulate(server, rate, seconds, seed)
      const isTooMuch = measurement.latencyMs.p99 > 20
      const faults = ['5000 of 8000 requests found all 1024 connections taken']
      return isTooMuch ? { ...measurement, valid: false, faults } : measurement
    }
    const found = await findMax(measure, { limit: LIMIT, guessPerSecond: 1000 })
    expect(found.boundBy).toBe('server')
    expect(found.explanation).not.toContain('the server may do more')
  })

  test('is not said to be too much for the server where the generator could send nothing in time', async () => {
    const found = await search({ serviceMs: 30, ceiling: 0 })
    expect([found.ratePerSecond, found.boundBy]).toEqual([0, 'generator'])
    expect(found.explanation).toMatch(
      /^No rate could be judged: not even [\d.]+ requests a second could be sent/,
    )
  })

  test('is none where the server is too slow by itself, and is soon given up', async () => {
    const found = await search({ serviceMs: 30 })
    expect(found.ratePerSecond).toBe(0)
    expect(found.tries.length).toBeLessThan(12)
    expect(found.explanation).toMatch(
      /^No rate that was tried has 99\u00a0% within 20\u00a0ms: at 1\.67 requests a second, the lowest rate, (\d+) of \1 did not have it\.$/,
    )
    expect(found.tries.reduce((sum, { seconds }) => sum + seconds, 0)).toBeLessThan(60)
  })

  test('is none where too many fail', async () => {
    expect((await search({ serviceMs: 1, failures: 0.05 })).ratePerSecond).toBe(0)
  })

  test('is found of a server that answers few requests a second', async () => {
    const found = await search({ serviceMs: 50 }, { limit: { ...LIMIT, milliseconds: 300 } })
    expect(found.ratePerSecond).toBeGreaterThan(9)
    expect(found.ratePerSecond).toBeLessThan(15)
    expect(found.tries.reduce((sum, { seconds }) => sum + seconds, 0)).toBeLessThan(700)
  })

  test('is found of a server that always makes some wait too long', async () => {
    const found = await search({ serviceMs: 1, stallMs: 25 }, { guessPerSecond: 975 })
    expect(found.ratePerSecond).toBeGreaterThan(150)
    expect(found.ratePerSecond).toBeLessThan(450)
  })

  test('is not said to be none where nothing is proved', async () => {
    const found = await search(
      { serviceMs: 400 },
      { limit: { ...LIMIT, milliseconds: 5000 }, maxSeconds: 60 },
    )
    expect(found.confirmed).toBe(false)
    expect(found.explanation).not.toContain('No rate that was tried')
  })

  test('ends when its time is over, and says that it is not confirmed', async () => {
    const found = await search({ serviceMs: 1 }, { maxSeconds: 6, guessPerSecond: 500 })
    const measured = found.tries.reduce((sum, { seconds }) => sum + seconds, 0)
    expect(measured).toBeLessThan(6 + 8)
    expect(found.confirmed).toBe(false)
    expect(found.explanation).toContain('not confirmed')
  })

  test('is lower, or not confirmed, when the machine gets slower meanwhile', async () => {
    let loads = 0
    const found = await findMax(
      (rate, seconds, seed) => {
        loads += 1
        return simulate({ serviceMs: loads < 8 ? 1 : 1.15, exponential: true }, rate, seconds, seed)
      },
      { limit: LIMIT, guessPerSecond: 1000 },
    )
    expect(found.ratePerSecond < 700 || !found.confirmed).toBe(true)
  })

  test('never exceeds what the server can do', async () => {
    const servers = fc.record({ serviceMs: fc.double({ min: 1, max: 8, noNaN: true }), seed: fc.nat(1e6) })
    await fc.assert(
      fc.asyncProperty(servers, async ({ serviceMs, seed }) => {
        const found = await search({ serviceMs }, { seed })
        expect(found.ratePerSecond).toBeLessThan(1000 / serviceMs)
      }),
      { numRuns: 4 },
    )
  })

  test('keeps every load, each with its own seed', async () => {
    const seen: number[] = []
    const found = await search({ serviceMs: 2 }, { onTry: ({ ratePerSecond }) => seen.push(ratePerSecond) })
    expect(found.tries.map(({ ratePerSecond }) => ratePerSecond)).toEqual(seen)
    const seeds = found.tries.map(({ measurement }) => measurement.load.seed)
    expect(new Set(seeds).size).toBe(seeds.length)
  })

  test('can be called off', async () => {
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(search({ serviceMs: 2 }, { signal })).rejects.toThrow('enough')
  })

  test.each([
    { limit: { ...LIMIT, percentile: 100 } },
    { limit: { ...LIMIT, milliseconds: 0 } },
    { limit: { ...LIMIT, confidence: 1 } },
    { guessPerSecond: 0 },
  ])('is not looked for with %j', async (options) => {
    await expect(search({ serviceMs: 2 }, options)).rejects.toThrow(ServingError)
  })
})
