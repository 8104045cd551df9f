import type { MetricFigures, MetricSample } from '../core/metric-figures.ts'

/** Types whose samples only grow. A gauge of a process that is gone says nothing. */
const COUNTED: ReadonlySet<string> = new Set(['counter', 'histogram', 'summary'])

/** Of the figures of a process that does not answer, those that still hold. */
export function countedOf(figures: readonly MetricFigures[]): MetricFigures[] {
  return figures.filter(({ type, aggregator }) => COUNTED.has(type) && aggregator === 'sum')
}

/**
 * What processes had counted that are gone. It is added to what the living count: to whoever scrapes, the
 * service is one, and its counters must not go backwards.
 */
export class RetiredFigures {
  readonly #metrics = new Map<string, { metric: MetricFigures; samples: Map<string, MetricSample> }>()

  /** @param figures the last that the process gave. */
  add(figures: readonly MetricFigures[]): void {
    for (const metric of countedOf(figures)) {
      const samples = this.#samplesOf(metric)
      for (const sample of metric.values) {
        const key = keyOf(sample)
        samples.set(key, { ...sample, value: sample.value + (samples.get(key)?.value ?? 0) })
      }
    }
  }

  list(): MetricFigures[] {
    return [...this.#metrics.values()].map(({ metric, samples }) => ({
      ...metric,
      values: [...samples.values()],
    }))
  }

  #samplesOf(metric: MetricFigures): Map<string, MetricSample> {
    const known = this.#metrics.get(metric.name)
    if (known !== undefined) return known.samples
    const samples = new Map<string, MetricSample>()
    this.#metrics.set(metric.name, { metric, samples })
    return samples
  }
}

function keyOf({ metricName = '', labels }: MetricSample): string {
  const sorted = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify([metricName, sorted])
}
