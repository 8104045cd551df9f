import { describe, expect, test } from 'vitest'
import type { MetricFigures } from '../../src/core/metric-figures.ts'
import { newTiming, type Timing } from '../../src/core/timing.ts'
import { RunFigures } from '../../src/server/metrics/run-figures.ts'
import { startServer } from './support/running.ts'

function timing(rows: number, batchRows: number): Timing {
  return { ...newTiming(), rows, batchRows, parse: 1, compute: 8, serialise: 2 }
}

describe('runs', () => {
  test('count once, however many requests had part in them', () => {
    const runs = new RunFigures()
    for (let i = 0; i < 4; i++) runs.record(timing(1, 4))
    runs.record(timing(2, 2))
    expect(runs.count).toBe(2)
    expect([...runs.bySize()]).toEqual([
      { rows: 2, runs: 1, parse: 1, compute: 8, serialise: 2 },
      { rows: 4, runs: 1, parse: 4, compute: 8, serialise: 8 },
    ])
  })

  test('count as many as a request was cut into', () => {
    const runs = new RunFigures()
    runs.record(timing(100, 25))
    expect(runs.count).toBe(4)
  })

  test('of many rows are taken together, up to each power of two', () => {
    const runs = new RunFigures()
    for (const rows of [64, 65, 128, 129, 1_000_000, 2 ** 31]) runs.record(timing(rows, rows))
    expect(Array.from(runs.bySize(), ({ rows, runs: count }) => [rows, count])).toEqual([
      ...[
        [64, 1],
        [128, 2],
        [256, 1],
        [2 ** 20, 1],
        [2 ** 31, 1],
      ],
    ])
  })

  test('of no rows are none', () => {
    const runs = new RunFigures()
    runs.record(timing(0, 0))
    expect([runs.count, [...runs.bySize()]]).toEqual([0, []])
  })
})

describe('with several processes', () => {
  test('statistics are of all of them, and no metrics', async () => {
    const figures: (readonly MetricFigures[])[] = []
    const allFigures = { gather: () => Promise.resolve(figures) }
    const { url, app } = await startServer({ allFigures })
    const body = JSON.stringify({ inputs: [{ name: 'x', shape: [2, 1], datatype: 'FP32', data: [1, 2] }] })
    await fetch(`${url}/v2/models/sums/infer`, { method: 'POST', body })
    await fetch(`${url}/v2/models/sums/infer`, { method: 'POST', body: 'nonsense' })
    const own = await app.exposition.figures()
    figures.push(own, own, [])

    const reply = await fetch(`${url}/v2/models/sums/stats`)
    const { model_stats: stats } = (await reply.json()) as { model_stats: { last_inference: number }[] }
    expect(stats).toMatchObject([
      {
        ...{ name: 'sums', version: '3', inference_count: 4 },
        inference_stats: { success: { count: 2 }, fail: { count: 2 }, compute_infer: { count: 2 } },
      },
    ])
    expect(Math.abs((stats[0]?.last_inference ?? 0) - Date.now())).toBeLessThan(60_000)
    const metrics = await (await fetch(`${url}/metrics`)).text()
    expect(metrics).not.toContain('headrace_model_counts')
    expect(metrics).not.toContain('headrace_model_last_prediction')
    expect(metrics).toContain('headrace_rows_total{model="sums",version="3"} 4')
  })
})
