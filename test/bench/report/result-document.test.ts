import { describe, expect, test } from 'vitest'
import { Latencies } from '../../../src/bench/latencies.ts'
import { mergeRounds } from '../../../src/bench/report/merge-rounds.ts'
import { resultDocument } from '../../../src/bench/report/result-document.ts'
import { OPEN } from '../support/loads.ts'
import { comparedReport, hostileReport, lookReport, maxReport } from '../support/sample-reports.ts'
import { simulate } from '../support/simulated-server.ts'

describe('the result as JSON', () => {
  test('of one target has its figures at the top', async () => {
    const report = await lookReport()
    const document = JSON.parse(JSON.stringify(resultDocument(report)))
    const { latencyMs, offered } = report.targets[0]!.chief!
    expect(document).toMatchObject({
      schema: 'headrace-bench/1',
      latency_ms: {
        p50: latencyMs.p50,
        p90: latencyMs.p90,
        p99: latencyMs.p99,
        p99_9: latencyMs.p999,
        max: latencyMs.max,
      },
      ...{ errors: 0, requests: offered, duration_s: 12, valid: true, stopped: false },
      load: { kind: 'open', ratePerSecond: 300, arrivals: { kind: 'poisson' } },
      server: { cpu_cores: 0.82, memory_bytes: 130e6 },
      versions: { headrace: '1.2.3', node: 'v24.18.0' },
    })
    expect(document.rate).toBeCloseTo(offered / 12, 6)
    expect(document.over_time.length).toBe(12)
    expect(document.before.map(({ load }: { load: { connections: number } }) => load.connections)).toEqual([
      1, 32,
    ])
    expect(document.assertions[2]).toMatchObject({ text: 'rate>=450', passed: false })
    expect((await Latencies.merge([document.histogram])).count).toBe(offered)
  })

  test('tells of a trace how long it is, not every arrival', async () => {
    const report = await lookReport()
    const [target] = report.targets
    const load = { ...OPEN, arrivals: { kind: 'trace', timesMs: [0, 5, 10] } } as const
    const targets = [{ ...target!, chief: { ...target!.chief!, load } }]
    const document = JSON.parse(JSON.stringify(resultDocument({ ...report, targets })))
    expect(document.load).toEqual({ ...OPEN, arrivals: { kind: 'trace', count: 3 } })
  })

  test('of several has their runs, and comparisons', async () => {
    const document = JSON.parse(JSON.stringify(resultDocument(await comparedReport())))
    expect(document.latency_ms).toBeUndefined()
    expect(document.runs.map(({ target }: { target: { name: string } }) => target.name)).toEqual([
      'mlflow',
      'headrace',
    ])
    expect(document.runs[0]).toMatchObject({ failures: { 503: expect.any(Number) }, rounds: { length: 4 } })
    expect(document.runs[0].errors).toBe(document.runs[0].failures['503'])
    expect(document.comparisons.at(-1)).toMatchObject({
      baseline: 'mlflow',
      other: 'headrace',
      better: 'other',
    })
  })

  test('of a search has every load of it', async () => {
    const report = await maxReport()
    const document = JSON.parse(JSON.stringify(resultDocument(report)))
    expect(document.find_max).toMatchObject({
      rate: report.targets[0]?.max?.ratePerSecond,
      limit: { percentile: 99, ms: 40 },
    })
    expect(document.find_max.tries.length).toBe(report.targets[0]?.max?.tries.length)
  })

  test('survives a run in which nothing was answered', async () => {
    const text = JSON.stringify(resultDocument(await hostileReport()))
    expect(JSON.parse(text)).toMatchObject({
      valid: false,
      stopped: true,
      rate: 0,
      error_rate: 1,
      server: null,
    })
  })
})

describe('rounds put together', () => {
  test('have the latencies and counts of all', async () => {
    const server = { serviceMs: 2, exponential: true, failures: 0.01 }
    const rounds = await Promise.all([1, 2, 3].map((seed) => simulate(server, 200, 4, seed)))
    const merged = await mergeRounds(rounds)
    const sum = (read: (round: (typeof rounds)[number]) => number) =>
      rounds.reduce((all, round) => all + read(round), 0)
    expect(merged.offered).toBe(sum(({ offered }) => offered))
    expect(merged.latencyMs.count).toBe(sum(({ answered }) => answered))
    expect(merged.latencyMs.max).toBe(Math.max(...rounds.map(({ latencyMs }) => latencyMs.max)))
    expect(merged.failures['503']).toBe(sum(({ failures }) => failures['503'] ?? 0))
    expect(merged.overTime.map(({ second }) => second)).toEqual(Array.from({ length: 12 }, (_, at) => at))
  })

  test('say once what was wrong with some of them', async () => {
    const rounds = await Promise.all([1, 2, 3].map((seed) => simulate({ serviceMs: 2 }, 200, 1, seed)))
    const late = rounds.map((round, at) => ({
      ...round,
      valid: at === 0,
      faults: at === 0 ? [] : [`sent ${at} ms late`],
      generator: { ...round.generator, lagMs: { ...round.generator.lagMs, p99: at } },
    }))
    expect((await mergeRounds(late)).faults).toEqual(['sent 1 ms late (in 2 of 3 rounds)'])
    expect((await mergeRounds(rounds)).faults).toEqual([])
  })

  test('of one are that one', async () => {
    const round = await simulate({ serviceMs: 2 }, 200, 2, 1)
    expect(await mergeRounds([round])).toBe(round)
  })
})
