import type { TrackingFigureSources, TrackingPrometheus } from './tracking-prometheus.ts'

/** What Prometheus gets, made by modules that are loaded at the first scrape. */
export class TrackingExposition {
  readonly #sources: TrackingFigureSources
  #prometheus: Promise<TrackingPrometheus> | undefined

  constructor(sources: TrackingFigureSources) {
    this.#sources = sources
  }

  async scrape(): Promise<{ contentType: string; text: string }> {
    this.#prometheus ??= import('./tracking-prometheus.ts').then(
      (module) => new module.TrackingPrometheus(this.#sources),
    )
    return (await this.#prometheus).scrape()
  }
}
