import { Counter, type Registry } from 'prom-client'
import { BATCH_ROW_BOUNDS, LATENCY_BOUNDS } from './buckets.ts'
import { RecordedHistogram, type Series } from './recorded-histogram.ts'
import { type ServerMetrics, STAGES } from './server-metrics.ts'

/** Of requests, counted by the server as they end. */
export function requestFigures(metrics: ServerMetrics, registry: Registry): void {
  const registers = [registry]
  new Counter({
    name: 'headrace_requests_total',
    help: 'Answered requests by model and version (empty: requests to no model) and HTTP status; 499: the client left.',
    labelNames: ['model', 'version', 'code'],
    registers,
    collect() {
      this.reset()
      for (const [labels, { answers }] of metrics.byModel()) {
        for (const [code, count] of answers) this.inc({ ...labels, code: String(code) }, count)
      }
    },
  })
  new Counter({
    name: 'headrace_rows_total',
    help: 'Rows predicted, by model.',
    labelNames: ['model', 'version'],
    registers,
    collect() {
      this.reset()
      for (const [labels, { rows }] of metrics.byModel()) {
        if (labels.model !== '') this.inc({ ...labels }, rows)
      }
    },
  })
  new RecordedHistogram({
    name: 'headrace_request_stage_seconds',
    help: 'Time of answered requests by stage: parse, queue, compute, serialise (predictions only) and total.',
    labelNames: ['model', 'version', 'stage'],
    buckets: LATENCY_BOUNDS,
    registers,
    read: () => stageSeries(metrics),
  })
  new RecordedHistogram({
    name: 'headrace_batch_rows',
    help: 'Rows of the run that a request was part of.',
    labelNames: ['model', 'version'],
    buckets: BATCH_ROW_BOUNDS,
    registers,
    read: () => batchSeries(metrics),
  })
}

function* stageSeries(metrics: ServerMetrics): Iterable<Series> {
  for (const [labels, { stages }] of metrics.byModel()) {
    for (const stage of labels.model === '' ? (['total'] as const) : STAGES) {
      yield { labels: { ...labels, stage }, buckets: stages[stage] }
    }
  }
}

function* batchSeries(metrics: ServerMetrics): Iterable<Series> {
  for (const [labels, { batchRows }] of metrics.byModel()) {
    if (labels.model !== '') yield { labels: { ...labels }, buckets: batchRows }
  }
}
