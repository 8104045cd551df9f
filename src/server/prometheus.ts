import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { ModelStats, ServedModel } from '../runtime/served-model.ts'
import type { BodyReader } from './body-reader.ts'
import { BATCH_ROW_BOUNDS, type Buckets, LATENCY_BOUNDS } from './buckets.ts'
import type { ExchangeRegistry } from './exchange-registry.ts'
import { type RequestMetrics, type ServerMetrics, STAGES } from './metrics.ts'
import type { ServedModels } from './server-options.ts'

/** Where the figures are. */
export interface PrometheusSources {
  readonly models: ServedModels
  readonly metrics: ServerMetrics
  readonly registry: ExchangeRegistry
  readonly bodies: BodyReader
}

/** The text that Prometheus scrapes, made by prom-client from what the server and its models count themselves. */
export class PrometheusExposition {
  readonly #registry = new Registry()
  readonly #sources: PrometheusSources

  constructor(sources: PrometheusSources) {
    this.#sources = sources
    this.#requests()
    this.#models()
    this.#server()
    collectDefaultMetrics({ register: this.#registry })
  }

  async scrape(): Promise<{ contentType: string; text: string }> {
    return { contentType: this.#registry.contentType, text: await this.#registry.metrics() }
  }

  #requests(): void {
    const { byModel } = this.#sources.metrics
    const registers = [this.#registry]
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

  #models(): void {
    this.#modelGauge('headrace_running', 'Calls in the engine now.', ({ running }) => running)
    this.#modelGauge('headrace_queue_length', 'Calls admitted and not yet running.', ({ queued }) => queued)
    this.#modelGauge(
      'headrace_workers',
      'Worker threads of the model; 0 when inline.',
      ({ workers }) => workers,
    )
    this.#modelCounter(
      'headrace_worker_restarts_total',
      'Worker threads that died and were replaced.',
      ({ workerRestarts }) => workerRestarts,
    )
    this.#modelCounter(
      'headrace_workers_lost_total',
      'Worker threads given up because a native run did not return.',
      ({ workersLost }) => workersLost,
    )
    this.#modelGauge(
      'headrace_stuck_workers',
      'Lost worker threads that still occupy a core.',
      ({ stuckWorkers }) => stuckWorkers,
    )
    const { models } = this.#sources
    new Gauge({
      name: 'headrace_model_info',
      help: 'Always 1; the labels tell what is served.',
      labelNames: ['model', 'name', 'version', 'alias', 'flavor', 'engine', 'placement', 'uri'],
      registers: [this.#registry],
      collect() {
        this.reset()
        for (const model of models.list()) this.set(infoLabels(model), 1)
      },
    })
    new Gauge({
      name: 'headrace_model_engine_fallback_info',
      help: 'Always 1; for each model that the engine which would be preferred does not run, and why.',
      labelNames: ['model', 'engine', 'reason'],
      registers: [this.#registry],
      collect() {
        this.reset()
        for (const { name, mlmodel } of models.list()) {
          const { name: engine, reason } = mlmodel.engine
          if (reason !== undefined) this.set({ model: name, engine, reason }, 1)
        }
      },
    })
  }

  #server(): void {
    const { registry, bodies } = this.#sources
    const registers = [this.#registry]
    new Gauge({
      name: 'headrace_requests_in_flight',
      help: 'Requests that are not answered yet, this scrape included.',
      registers,
      collect() {
        this.set(registry.size)
      },
    })
    new Gauge({
      name: 'headrace_request_body_buffered_bytes',
      help: 'Bytes held for request bodies that are not complete.',
      registers,
      collect() {
        this.set(bodies.bufferedBytes)
      },
    })
  }

  #modelGauge(name: string, help: string, read: (stats: ModelStats) => number): void {
    const { models } = this.#sources
    new Gauge({
      name,
      help,
      labelNames: ['model'],
      registers: [this.#registry],
      collect() {
        this.reset()
        for (const model of models.list()) this.set({ model: model.name }, read(model.stats()))
      },
    })
  }

  #modelCounter(name: string, help: string, read: (stats: ModelStats) => number): void {
    const { models } = this.#sources
    new Counter({
      name,
      help,
      labelNames: ['model'],
      registers: [this.#registry],
      collect() {
        this.reset()
        for (const model of models.list()) this.inc({ model: model.name }, read(model.stats()))
      },
    })
  }
}

function infoLabels({ name, source, mlmodel, placement }: ServedModel) {
  return {
    model: name,
    name: source.name,
    version: source.version ?? '',
    alias: source.alias ?? '',
    flavor: mlmodel.flavor,
    engine: mlmodel.engine.name,
    placement,
    uri: source.canonicalUri,
  }
}

/** One labelled histogram that was recorded elsewhere. */
interface Series {
  readonly labels: Readonly<Record<string, string>>
  readonly buckets: Buckets
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

interface RecordedHistogramInit {
  readonly name: string
  readonly help: string
  readonly labelNames: string[]
  readonly buckets: readonly number[]
  readonly registers: Registry[]
  readonly read: () => Iterable<Series>
}

/** A prom-client histogram whose observations were counted outside of it. */
class RecordedHistogram extends Histogram<string> {
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

/** The cumulated samples of one histogram (Prometheus text format: `_bucket`, `_sum`, `_count`). */
function exposed(name: string, { labels, buckets }: Series) {
  let cumulated = 0
  const samples = Array.from(buckets.counts, (count, index) => {
    cumulated += count
    const le = String(buckets.bounds[index] ?? '+Inf')
    return { metricName: `${name}_bucket`, labels: { le, ...labels }, value: cumulated }
  })
  return [
    ...samples,
    { metricName: `${name}_sum`, labels: { ...labels }, value: buckets.sum },
    { metricName: `${name}_count`, labels: { ...labels }, value: cumulated },
  ]
}
