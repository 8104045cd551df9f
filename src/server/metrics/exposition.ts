import type { AllFigures, MetricFigures } from '../../core/metric-figures.ts'
import type { ModelStatistics } from '../open-inference/model-statistics.ts'
import type { PrometheusExposition, PrometheusSources } from './prometheus.ts'
import type { CountedModel } from './server-metrics.ts'

/** What Prometheus gets. Its text is made by modules that are loaded at the first scrape: nobody else pays for them. */
export class Exposition {
  readonly #sources: PrometheusSources
  readonly #all: AllFigures | undefined
  #own: Promise<PrometheusExposition> | undefined

  constructor(sources: PrometheusSources, all: AllFigures | undefined) {
    this.#sources = sources
    this.#all = all
  }

  /** The text of a scrape: of all processes, whichever is asked. */
  async scrape(): Promise<{ contentType: string; text: string }> {
    if (this.#all === undefined) return (await this.#exposition()).scrape()
    const [figures, { mergedText }] = await Promise.all([this.#all.gather(), import('./merged-figures.ts')])
    return mergedText(figures)
  }

  /** Of this process, with the statistics of its models. */
  async figures(): Promise<readonly MetricFigures[]> {
    const [exposition, { statisticsFigures }] = await Promise.all([
      this.#exposition(),
      import('./statistics-figures.ts'),
    ])
    return [...(await exposition.json()), ...statisticsFigures(this.#sources.metrics)]
  }

  /** What models have done, in all processes together. */
  async statistics(models: readonly CountedModel[]): Promise<readonly ModelStatistics[]> {
    const { modelStatistics, statisticsOf } = await import('../open-inference/model-statistics.ts')
    if (this.#all === undefined) {
      const { metrics } = this.#sources
      return models.map((model) => modelStatistics(model, metrics.find(model.model, model.version)))
    }
    const [figures, { totalOf }] = await Promise.all([this.#all.gather(), import('./statistics-figures.ts')])
    return models.map((model) => statisticsOf(model, totalOf(figures, model)))
  }

  #exposition(): Promise<PrometheusExposition> {
    this.#own ??= import('./prometheus.ts').then((module) => new module.PrometheusExposition(this.#sources))
    return this.#own
  }
}
