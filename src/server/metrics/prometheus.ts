import { collectDefaultMetrics, Registry } from 'prom-client'
import type { MetricFigures, MetricSample } from '../../core/metric-figures.ts'
import type { ModelControl } from '../model-control.ts'
import type { ServedModels } from '../server-options.ts'
import { changeFigures } from './change-figures.ts'
import { modelFigures } from './model-figures.ts'
import { requestFigures } from './request-figures.ts'
import { type RolloutSources, rolloutFigures } from './rollout-figures.ts'
import { type ServerFigureSources, serverFigures } from './server-figures.ts'
import type { ServerMetrics } from './server-metrics.ts'

/** Where the figures are. */
export interface PrometheusSources extends ServerFigureSources {
  readonly models: ServedModels
  readonly metrics: ServerMetrics
  /** Undefined where there are none. */
  readonly rollouts: RolloutSources | undefined
  /** Undefined where models come and go by nobody's order. */
  readonly control: ModelControl | undefined
}

/** The text that Prometheus scrapes, made by prom-client from what the server and its models count themselves. */
export class PrometheusExposition {
  readonly #registry = new Registry()

  constructor(sources: PrometheusSources) {
    requestFigures(sources.metrics, this.#registry)
    modelFigures(sources.models, this.#registry)
    serverFigures(sources, this.#registry)
    if (sources.control !== undefined) changeFigures(sources.control, this.#registry)
    if (sources.rollouts !== undefined) rolloutFigures(sources.rollouts, this.#registry)
    collectDefaultMetrics({ register: this.#registry })
  }

  async scrape(): Promise<{ contentType: string; text: string }> {
    return { contentType: this.#registry.contentType, text: await this.#registry.metrics() }
  }

  /** The same as plain data, to be merged with that of other processes. */
  async json(): Promise<readonly MetricFigures[]> {
    const metrics = await this.#registry.getMetricsAsJSON()
    return metrics.map(({ name, help, type, aggregator, values }) => ({
      name,
      help,
      type: String(type),
      aggregator,
      values: values.map((sample) => ({ ...sample, labels: sample.labels as MetricSample['labels'] })),
    }))
  }
}
