import type { FastifyInstance } from 'fastify'
import type { DescribedServer } from '../openapi.ts'
import type { ServedModels } from '../server-options.ts'

export interface DocsInit {
  readonly models: ServedModels
  readonly server: DescribedServer
}

/** `/openapi.json` and `/docs`, made when they are asked for by modules that are loaded then. */
export function docsRoutes(app: FastifyInstance, { models, server }: DocsInit): void {
  app.get('/openapi.json', async ({ exchange }, reply) => {
    const { describeModels, openApiDocument } = await import('../openapi.ts')
    const described = await describeModels(models.list())
    const document = openApiDocument(described, models.default(), server)
    reply.hijack()
    exchange.send(200, 'application/json', JSON.stringify(document))
  })
  app.get('/docs', async ({ exchange }, reply) => {
    const { describeModels } = await import('../openapi.ts')
    const { DOCS_CONTENT_SECURITY_POLICY, docsPage } = await import('../docs-page.ts')
    const page = docsPage(await describeModels(models.list()))
    reply.hijack()
    exchange.headers.push('content-security-policy', DOCS_CONTENT_SECURITY_POLICY)
    exchange.headers.push('x-content-type-options', 'nosniff', 'referrer-policy', 'no-referrer')
    exchange.send(200, 'text/html; charset=utf-8', page)
  })
}
