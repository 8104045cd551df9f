import type { AllFigures, MetricFigures } from '../../core/metric-figures.ts'
import type { PrometheusExposition, PrometheusSources } from './prometheus.ts'

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

  /** Of this process. */
  async figures(): Promise<readonly MetricFigures[]> {
    return (await this.#exposition()).json()
  }

  #exposition(): Promise<PrometheusExposition> {
    this.#own ??= import('./prometheus.ts').then((module) => new module.PrometheusExposition(this.#sources))
    return this.#own
  }
}
