import type { FastifyInstance } from 'fastify'
import type { Exposition } from '../metrics/exposition.ts'
import type { Probes } from '../probes.ts'

/** `GET /metrics`. */
export function metricsRoute(app: FastifyInstance, exposition: Exposition, probes: Probes): void {
  app.get('/metrics', async (_request, reply) => {
    probes.count += 1
    const { contentType, text } = await exposition.scrape()
    return reply.type(contentType).send(text)
  })
}
