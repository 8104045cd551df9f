import type { FastifyInstance } from 'fastify'
import type { PrometheusExposition, PrometheusSources } from '../metrics/prometheus.ts'

/** `GET /metrics`. What makes the text is loaded at the first scrape, so that it costs nothing where nobody scrapes. */
export function metricsRoute(app: FastifyInstance, sources: PrometheusSources): void {
  let exposition: Promise<PrometheusExposition> | undefined
  app.get('/metrics', async (_request, reply) => {
    exposition ??= import('../metrics/prometheus.ts').then(
      (module) => new module.PrometheusExposition(sources),
    )
    const { contentType, text } = await (await exposition).scrape()
    return reply.type(contentType).send(text)
  })
}
