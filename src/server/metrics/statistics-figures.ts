import type { MetricFigures, MetricSample } from '../../core/metric-figures.ts'
import { type ModelCounts, modelCounts } from './model-counts.ts'
import type { CountedModel, ServerMetrics } from './server-metrics.ts'

const COUNTS = 'headrace_model_counts'
const LAST = 'headrace_model_last_prediction'

/** What one model has done, in all processes together. */
export interface CountedTotal {
  readonly counts: ModelCounts
  /** Milliseconds since 1970; 0 before the first prediction. */
  readonly lastPredictionAt: number
}

/** The statistics of this process in the form in which processes give each other their metrics. */
export function statisticsFigures(metrics: ServerMetrics): readonly MetricFigures[] {
  const counts: MetricSample[] = []
  const last: MetricSample[] = []
  for (const [{ model, version }, counted] of metrics.byModel()) {
    if (model === '') continue
    last.push({ labels: { model, version }, value: counted.lastPredictionAt })
    for (const [name, value] of modelCounts(counted)) counts.push({ labels: { model, version, name }, value })
  }
  return [
    { name: COUNTS, help: '', type: 'counter', aggregator: 'sum', values: counts },
    { name: LAST, help: '', type: 'gauge', aggregator: 'max', values: last },
  ]
}

/** Whether it is one of these, which nobody scrapes. */
export function isStatistic({ name }: MetricFigures): boolean {
  return name === COUNTS || name === LAST
}

/** The sum of what several processes have counted of one model. */
export function totalOf(
  figures: readonly (readonly MetricFigures[])[],
  { model, version }: CountedModel,
): CountedTotal {
  const counts = new Map<string, number>()
  let lastPredictionAt = 0
  for (const metric of figures.flat().filter(isStatistic)) {
    for (const { labels, value } of metric.values) {
      if (labels['model'] !== model || labels['version'] !== version) continue
      const name = String(labels['name'])
      if (metric.name === LAST) lastPredictionAt = Math.max(lastPredictionAt, value)
      else counts.set(name, value + (counts.get(name) ?? 0))
    }
  }
  return { counts, lastPredictionAt }
}
