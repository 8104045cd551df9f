import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Latencies } from '../../src/bench/latencies.ts'

const latencies = fc.array(fc.double({ min: 0, max: 60_000, noNaN: true }), { maxLength: 200 })

test('percentiles of what several threads recorded are those of all of it, to three digits', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(latencies, { minLength: 1, maxLength: 3 }), async (shares) => {
      const merged = await Latencies.open()
      for (const share of shares) {
        const part = await Latencies.open()
        for (const latency of share) part.record(latency)
        merged.add(part.encode())
      }
      const all = shares.flat().sort((a, b) => a - b)
      const summary = merged.summary()
      expect(summary.count).toBe(all.length)
      if (all.length === 0) return
      for (const [of, actual] of [
        [0.5, summary.p50],
        [0.9, summary.p90],
        [0.99, summary.p99],
        [1, summary.max],
      ] as const) {
        const exact = all[Math.max(0, Math.ceil(of * all.length) - 1)]!
        expect(Math.abs(actual - exact)).toBeLessThanOrEqual(exact * 0.002 + 0.002)
      }
    }),
    { numRuns: 30 },
  )
})

test('nothing recorded gives zeros', async () => {
  const zeros = { count: 0, mean: 0, p50: 0, p90: 0, p99: 0, p999: 0, max: 0 }
  expect((await Latencies.open()).summary()).toEqual(zeros)
})
