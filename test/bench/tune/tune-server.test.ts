import { describe, expect, test } from 'vitest'
import { Latencies } from '../../../src/bench/latencies.ts'
import type { Measurement } from '../../../src/bench/measurement.ts'
import { type Candidate, flagsOf, flagsText } from '../../../src/bench/tune/candidate.ts'
import { expectedSeconds, tuneServer } from '../../../src/bench/tune/tune-server.ts'
import type { TuningBench } from '../../../src/bench/tune/tuning.ts'

const CORES = 4

/** A server whose rate depends on its settings alone; its latency is 5 ms up to that rate, and 50 ms above it. */
class ModelledBench implements TuningBench {
  readonly measured: string[] = []
  readonly #rate: (flags: string) => number | undefined
  /** As the rates turn out in the final rounds. */
  readonly #trueRate: (flags: string) => number | undefined

  constructor(rate: (flags: string) => number | undefined, trueRate = rate) {
    this.#rate = rate
    this.#trueRate = trueRate
  }

  async score(candidate: Candidate, { seconds }: { readonly seconds: number }): Promise<number | undefined> {
    const flags = flagsText(flagsOf(candidate, CORES))
    this.measured.push(`${flags} ${seconds}`)
    return this.#rate(flags)
  }

  async sideBySide(candidate: Candidate, ratePerSecond: number | undefined) {
    const [standard, found] = await Promise.all(
      [{}, candidate].map((each) => this.#rounds(each, ratePerSecond)),
    )
    return { standard: standard ?? [], found: found ?? [] }
  }

  async #rounds(candidate: Candidate, ratePerSecond: number | undefined): Promise<readonly Measurement[]> {
    const capacity = this.#trueRate(flagsText(flagsOf(candidate, CORES))) ?? 0
    const rates = [1, 1.01, 0.99, 1, 1.02, 0.98, 1, 1.01].map((noise) => noise * capacity)
    return Promise.all(
      rates.map((rate) => round(ratePerSecond ?? rate, ratePerSecond === undefined, capacity)),
    )
  }
}

async function round(rate: number, isClosed: boolean, capacity: number): Promise<Measurement> {
  const latencies = await Latencies.open()
  for (let request = 0; request < rate; request += 1) latencies.record(rate > capacity && !isClosed ? 50 : 5)
  const times = { warmUpMs: 0, durationMs: 1000, timeoutMs: 1000, seed: 1 }
  return {
    target: 'modelled',
    load: isClosed
      ? { kind: 'closed', connections: 64, ...times }
      : { kind: 'open', ratePerSecond: rate, arrivals: { kind: 'poisson' }, ...times },
    ...{ seconds: 1, offered: latencies.count, answered: latencies.count, failures: {}, failureExamples: {} },
    ...{
      latencyMs: latencies.summary(),
      histogram: latencies.encode(),
      byPayload: {},
      overTime: [],
      stagesMs: {},
    },
    generator: {
      ...{ threads: 1, lagMs: latencies.empty().summary(), busyShare: 0 },
      ...{ connections: 64, wasLimit: false, waited: 0 },
    },
    ...{ server: undefined, valid: true, faults: [] },
  }
}

const FAST = '--placement pool --workers 2'

describe.each([
  ['the most answers', undefined],
  ['the largest rate within a limit', 20],
])('tuning for %s', (_, p99Ms) => {
  test('chooses what is proved to be better', async () => {
    const bench = new ModelledBench((flags) => (flags.startsWith(FAST) ? 1500 : 1000))
    const { chosen, reasons } = await tuneServer(bench, { cores: CORES, p99Ms })
    expect(flagsText(flagsOf(chosen, CORES))).toBe(FAST)
    expect(reasons.join(' ')).toContain(FAST)
  })

  test('keeps the default where nothing is better', async () => {
    const { chosen } = await tuneServer(new ModelledBench(() => 1000), { cores: CORES, p99Ms })
    expect(chosen).toEqual({})
  })

  test('keeps the default where what was found is no better beside it', async () => {
    const lucky = new ModelledBench(
      (flags) => (flags.startsWith(FAST) ? 1500 : 1000),
      () => 1000,
    )
    const { chosen, reasons } = await tuneServer(lucky, { cores: CORES, p99Ms })
    expect(chosen).toEqual({})
    expect(reasons.join(' ')).toMatch(/default stays/)
  })

  test('keeps the default where nothing does what is wanted', async () => {
    const { chosen, reasons } = await tuneServer(new ModelledBench(() => 0), { cores: CORES, p99Ms })
    expect(chosen).toEqual({})
    expect(reasons.join(' ')).toMatch(/Nothing that was tried/)
  })

  test('tries nothing else than the user says', async () => {
    const bench = new ModelledBench((flags) => (flags.startsWith(FAST) ? 1500 : 1000))
    const fixed = new Set(['workers'])
    const { chosen } = await tuneServer(bench, { cores: CORES, p99Ms, fixed })
    expect(chosen).toEqual({})
    expect(bench.measured.filter((each) => each.includes('--workers'))).toEqual([])
  })

  test('gives up soon what is clearly worse, and passes over what does not serve', async () => {
    const bench = new ModelledBench((flags) => {
      if (flags.includes('inline')) return undefined
      return flags.startsWith(FAST) ? 1500 : 500
    })
    const { chosen, tried } = await tuneServer(bench, { cores: CORES, p99Ms })
    expect(flagsText(flagsOf(chosen, CORES))).toBe(FAST)
    const slow = bench.measured.filter((each) => each.startsWith('--placement pool --workers 1 1.5'))
    expect(slow).toHaveLength(1)
    expect(bench.measured.filter((each) => /workers 1 (4|12)$/.test(each))).toEqual([])
    const standard = bench.measured.filter((each) => each.startsWith('default '))
    expect(standard, 'what the others are held against is measured to the end').toHaveLength(2)
    expect(tried.find(({ candidate }) => candidate.placement === 'inline')?.throughput).toBeUndefined()
  })
})

test('a server that loses requests is not chosen for the others that it answers', async () => {
  const bench = new ModelledBench((flags) => (flags.startsWith(FAST) ? 1500 : 1000))
  const losing: TuningBench = {
    score: (candidate) => bench.score(candidate, { seconds: 1 }),
    async sideBySide(candidate, rate) {
      const { standard, found } = await bench.sideBySide(candidate, rate)
      return { standard, found: found.map((each) => ({ ...each, offered: Math.round(each.offered * 1.1) })) }
    },
  }
  const { chosen, reasons } = await tuneServer(losing, { cores: CORES, p99Ms: undefined })
  expect(chosen).toEqual({})
  expect(reasons.join(' ')).toMatch(/did not answer 9/)
})

test('the time that it takes is told: some minutes', () => {
  for (const cores of [1, 3, 48]) {
    for (const p99Ms of [undefined, 20]) {
      expect(expectedSeconds({ cores, p99Ms })).toBeGreaterThan(60)
      expect(expectedSeconds({ cores, p99Ms })).toBeLessThan(360)
    }
  }
})

test('what kept the limit once is proved, though it did not when it was measured again', async () => {
  let measured = 0
  const steady = new ModelledBench((flags) => (flags.startsWith(FAST) ? 1500 : 1000))
  const bench: TuningBench = {
    async score(candidate, rung) {
      const score = await steady.score(candidate, rung)
      if (rung.by === 'throughput') return score
      measured += 1
      return measured > 4 ? 0 : score
    },
    sideBySide: (candidate, rate) => steady.sideBySide(candidate, rate),
  }
  const { chosen } = await tuneServer(bench, { cores: CORES, p99Ms: 20 })
  expect(flagsText(flagsOf(chosen, CORES))).toBe(FAST)
})
