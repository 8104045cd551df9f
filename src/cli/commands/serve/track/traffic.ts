import type { MetricSample } from '../../../../core/metric-figures.ts'
import type { Figures } from './track-messages.ts'

/** What the figures say of one served model, all versions and processes together; all since the start. */
export interface ModelTraffic {
  readonly requests: number
  /** Answers with a status of 400 or more. */
  readonly errors: number
  /** Those of 500 or more. */
  readonly serverErrors: number
  readonly rows: number
  /** Answers by the seconds that they took at most, cumulated as in Prometheus. */
  readonly latency: ReadonlyMap<number, number>
}

/** What the figures say of a server. */
export interface Traffic {
  readonly models: ReadonlyMap<string, ModelTraffic>
  readonly cpuSeconds: number
  readonly residentBytes: number
}

interface Draft {
  requests: number
  errors: number
  serverErrors: number
  rows: number
  latency: Map<number, number>
}

export function readTraffic(figures: Figures): Traffic {
  const models = new Map<string, Draft>()
  const traffic = { models, cpuSeconds: 0, residentBytes: 0 }
  for (const metric of figures.flat()) {
    for (const sample of metric.values) {
      if (metric.name === 'process_cpu_seconds_total') traffic.cpuSeconds += sample.value
      else if (metric.name === 'process_resident_memory_bytes') traffic.residentBytes += sample.value
      else addTo(models, metric.name, sample)
    }
  }
  return traffic
}

function addTo(models: Map<string, Draft>, name: string, { labels, value, metricName }: MetricSample): void {
  const model = String(labels['model'] ?? '')
  if (model === '' || !Number.isFinite(value)) return
  const draft = models.get(model) ?? { requests: 0, errors: 0, serverErrors: 0, rows: 0, latency: new Map() }
  if (name === 'headrace_requests_total') addAnswers(draft, Number(labels['code']), value)
  else if (name === 'headrace_rows_total') draft.rows += value
  else if (metricName === 'headrace_request_stage_seconds_bucket' && labels['stage'] === 'total') {
    const bound = labels['le'] === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels['le'])
    draft.latency.set(bound, (draft.latency.get(bound) ?? 0) + value)
  } else return
  models.set(model, draft)
}

function addAnswers(draft: Draft, status: number, count: number): void {
  draft.requests += count
  if (status >= 400) draft.errors += count
  if (status >= 500) draft.serverErrors += count
}
