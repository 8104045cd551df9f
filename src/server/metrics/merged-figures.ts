import { AggregatorRegistry } from 'prom-client'
import type { MetricFigures } from '../../core/metric-figures.ts'
import { isStatistic } from './statistics-figures.ts'

/** Gauges that say the same of every process, or of which the largest is the one to know. Others are added up. */
const LARGEST = /_info$|^headrace_(max_batch_rows|predicted_wait_seconds|rollout_(share|epoch|step))$/

/**
 * The text of a scrape from the figures of several processes. Of a metric that takes the first's value, or that
 * the lists would merge in different ways, the first list decides.
 */
export async function mergedText(
  figures: readonly (readonly MetricFigures[])[],
): Promise<{ contentType: string; text: string }> {
  const merged = AggregatorRegistry.aggregate(figures.map((list) => list.filter(isScraped).map(toMerge)))
  return { contentType: merged.contentType, text: await merged.metrics() }
}

function isScraped(metric: MetricFigures): boolean {
  return !isStatistic(metric)
}

/** A sample that is no number, as the mean of no observations (null, once sent), would make one of the whole. */
function toMerge(metric: MetricFigures): MetricFigures {
  return {
    ...metric,
    aggregator: LARGEST.test(metric.name) ? 'max' : metric.aggregator,
    values: metric.values.filter(({ value }) => Number.isFinite(value)),
  }
}
