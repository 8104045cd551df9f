import { Counter, type Registry } from 'prom-client'
import { BATCH_ROW_BOUNDS, LATENCY_BOUNDS } from './buckets.ts'
import { RecordedHistogram, type Series } from './recorded-histogram.ts'
import { type RequestMetrics, type ServerMetrics, STAGES } from './server-metrics.ts'

/** Of requests, counted by the server as they end. */
export function requestFigures({ byModel }: ServerMetrics, registry: Registry): void {
  const registers = [registry]
  new Counter({
    name: 'headrace_requests_total',
    help: 'Answered requests by model (empty: requests to no model) and HTTP status; 499: the client left.',
    labelNames: ['model', 'code'],
    registers,
    collect() {
      this.reset()
      for (const [model, { answers }] of byModel) {
        for (const [code, count] of answers) this.inc({ model, code: String(code) }, count)
      }
    },
  })
  new Counter({
    name: 'headrace_rows_total',
    help: 'Rows predicted, by model.',
    labelNames: ['model'],
    registers,
    collect() {
      this.reset()
      for (const [model, { rows }] of byModel) if (model !== '') this.inc({ model }, rows)
    },
  })
  new RecordedHistogram({
    name: 'headrace_request_stage_seconds',
    help: 'Time of answered requests by stage: parse, queue, compute, serialise (predictions only) and total.',
    labelNames: ['model', 'stage'],
    buckets: LATENCY_BOUNDS,
    registers,
    read: () => stageSeries(byModel),
  })
  new RecordedHistogram({
    name: 'headrace_batch_rows',
    help: 'Rows of the run that a request was part of.',
    labelNames: ['model'],
    buckets: BATCH_ROW_BOUNDS,
    registers,
    read: () => batchSeries(byModel),
  })
}

function* stageSeries(byModel: ReadonlyMap<string, RequestMetrics>): Iterable<Series> {
  for (const [model, { stages }] of byModel) {
    for (const stage of model === '' ? (['total'] as const) : STAGES) {
      yield { labels: { model, stage }, buckets: stages[stage] }
    }
  }
}

function* batchSeries(byModel: ReadonlyMap<string, RequestMetrics>): Iterable<Series> {
  for (const [model, { batchRows }] of byModel) {
    if (model !== '') yield { labels: { model }, buckets: batchRows }
  }
}
