import { expect, onTestFinished, test, vi } from 'vitest'
import type { MetricFigures } from '../../src/core/metric-figures.ts'
import { FigureGathering, type FigureSource } from '../../src/supervisor/figure-gathering.ts'
import type { Order } from '../../src/supervisor/process-messages.ts'

class FakeSource implements FigureSource {
  lastFigures: readonly MetricFigures[] = []
  /** Questions that it has not answered. */
  readonly asked: number[] = []

  send(order: Order): void {
    if (order.type === 'figures') this.asked.push(order.id)
  }

  answer(gathering: FigureGathering, value: number): void {
    this.lastFigures = [
      {
        name: 'requests_total',
        help: '',
        type: 'counter',
        aggregator: 'sum',
        values: [{ labels: {}, value }],
      },
    ]
    for (const id of this.asked.splice(0)) gathering.answered(id, this.lastFigures)
  }
}

function totalOf(gathered: readonly (readonly MetricFigures[])[]): number {
  const samples = gathered.flat().flatMap(({ values }) => values)
  return samples.reduce((total, { value }) => total + value, 0)
}

async function once(gathering: FigureGathering, counts: readonly (readonly [FakeSource, number])[]) {
  const scrape = gathering.gather(counts.map(([source]) => source))
  for (const [source, count] of counts) source.answer(gathering, count)
  return totalOf(await scrape)
}

test('a process that ends before it answers a scrape is counted once, as it last was, and at once', async () => {
  const gathering = new FigureGathering()
  const [dying, living] = [new FakeSource(), new FakeSource()]
  expect(
    await once(gathering, [
      [dying, 40],
      [living, 2],
    ]),
  ).toBe(42)
  // Whoever is waited for is waited for without end.
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const scrape = gathering.gather([dying, living])
  living.answer(gathering, 3)
  gathering.retire(dying)
  expect(totalOf(await scrape)).toBe(43)
  expect(gathering.missed).toBe(0)
  expect(await once(gathering, [[living, 4]])).toBe(44)
})

test('a process that ends after its answer, while another is waited for, is counted once', async () => {
  const gathering = new FigureGathering()
  const [dying, living] = [new FakeSource(), new FakeSource()]
  const scrape = gathering.gather([dying, living])
  dying.answer(gathering, 40)
  gathering.retire(dying)
  living.answer(gathering, 2)
  expect(totalOf(await scrape)).toBe(42)
})
