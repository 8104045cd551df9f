import { collectDefaultMetrics, Registry } from 'prom-client'
import type { MetricFigures } from '../../../../../src/core/metric-figures.ts'
import { requestFigures } from '../../../../../src/server/metrics/request-figures.ts'
import { ServerMetrics } from '../../../../../src/server/metrics/server-metrics.ts'

/** The figures of a server with the model `iris` that answers when a test says so. */
export class FiguresOfRequests {
  readonly #metrics = new ServerMetrics()
  readonly #registry = new Registry()

  constructor() {
    requestFigures(this.#metrics, this.#registry)
    collectDefaultMetrics({ register: this.#registry })
  }

  answer(status: number, totalMs: number): void {
    const request = {
      ...{ id: 'r', traceparent: undefined, path: '/invocations', status, failure: undefined },
      ...{ modelName: 'iris', modelVersion: '1', timing: undefined, changesModels: false },
      request: { method: 'POST' },
    }
    this.#metrics.record(request, totalMs)
  }

  async gather(): Promise<readonly (readonly MetricFigures[])[]> {
    const metrics = await this.#registry.getMetricsAsJSON()
    const model = {
      labels: {
        model: 'iris',
        version: '1',
        uri: 'models:/iris@champion',
        engine: 'onnxruntime',
        placement: 'pool',
      },
      value: 1,
    }
    const info = { name: 'headrace_model_info', help: '', type: 'gauge', aggregator: 'sum', values: [model] }
    const figures = metrics.map(({ name, help, aggregator, values }) => ({
      ...{ name, help, type: '', aggregator },
      values: values.map((sample) => ({ ...sample, labels: sample.labels as Record<string, string> })),
    }))
    return [[...figures, info]]
  }
}
