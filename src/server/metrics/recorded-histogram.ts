import { Histogram, type Registry } from 'prom-client'
import type { Buckets } from './buckets.ts'

/** One labelled histogram that was recorded elsewhere. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>
  readonly buckets: Buckets
}

interface RecordedHistogramInit {
  readonly name: string
  readonly help: string
  readonly labelNames: string[]
  readonly buckets: readonly number[]
  readonly registers: Registry[]
  readonly read: () => Iterable<Series>
}

/** A prom-client histogram whose observations were counted outside of it. */
export class RecordedHistogram extends Histogram<string> {
  readonly #init: RecordedHistogramInit

  constructor(init: RecordedHistogramInit) {
    const { name, help, labelNames, registers } = init
    super({ name, help, labelNames, registers, buckets: [...init.buckets] })
    this.#init = init
  }

  /** Where prom-client's registry, and its own `get`, take the samples from; its types do not name it. */
  async getForPromString() {
    const { name, help, read } = this.#init
    const values = [...read()].flatMap((series) => exposed(name, series))
    return { name, help, type: 'histogram', values, aggregator: 'sum' }
  }
}

/** prom-client puts these into the labels of each sample when it gives a histogram as plain data. */
const sharedLabels = {}

/** The cumulated samples of one histogram (Prometheus text format: `_bucket`, `_sum`, `_count`). */
function exposed(name: string, { labels, buckets }: Series) {
  let cumulated = 0
  const samples = Array.from(buckets.counts, (count, index) => {
    cumulated += count
    const le = String(buckets.bounds[index] ?? '+Inf')
    return { metricName: `${name}_bucket`, labels: { le, ...labels }, sharedLabels, value: cumulated }
  })
  return [
    ...samples,
    { metricName: `${name}_sum`, labels: { ...labels }, sharedLabels, value: buckets.sum },
    { metricName: `${name}_count`, labels: { ...labels }, sharedLabels, value: cumulated },
  ]
}
