import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { MetricFigures } from '../../src/core/metric-figures.ts'
import { countedOf, RetiredFigures } from '../../src/supervisor/retired-figures.ts'

function counter(values: MetricFigures['values']): MetricFigures {
  return { name: 'requests_total', help: 'Requests.', type: 'counter', aggregator: 'sum', values }
}

const GAUGE: MetricFigures = {
  name: 'queue_length',
  help: 'Waiting.',
  type: 'gauge',
  aggregator: 'sum',
  values: [{ labels: {}, value: 3 }],
}

test('what grows is kept, what only held at the time is not', () => {
  const mean: MetricFigures = { ...counter([]), name: 'mean', aggregator: 'average' }
  const histogram: MetricFigures = { ...counter([]), name: 'seconds', type: 'histogram' }
  expect(countedOf([GAUGE, mean, histogram]).map(({ name }) => name)).toEqual(['seconds'])
})

test('each series is the sum of what the dead had counted, in whatever order its labels stand', () => {
  const count = fc.nat(1000)
  const deaths = fc.array(fc.record({ code: fc.constantFrom('200', '500'), count, flipped: fc.boolean() }))
  fc.assert(
    fc.property(deaths, (dead) => {
      const retired = new RetiredFigures()
      for (const { code, count: value, flipped } of dead) {
        const labels: Record<string, string> = flipped ? { code, model: 'a' } : { model: 'a', code }
        retired.add([GAUGE, counter([{ labels, value }])])
      }
      const sums = new Map<string, number>()
      for (const { code, count: value } of dead) sums.set(code, (sums.get(code) ?? 0) + value)
      const kept = retired.list().flatMap(({ values }) => values)
      expect(new Map(kept.map(({ labels, value }) => [labels['code'], value]))).toEqual(sums)
    }),
  )
})
