import type { FastifyInstance, FastifyRequest, RouteHandlerMethod } from 'fastify'
import { internalError } from '../../core/errors.ts'
import type { ServedModel } from '../../runtime/served-model.ts'
import type { Exchange } from '../exchange.ts'
import type { ExchangeRegistry } from '../exchange-registry.ts'
import type { Exposition } from '../metrics/exposition.ts'
import { findModel, findVersions } from '../model-requests.ts'
import type { OpenInference } from '../open-inference/inference.ts'
import { isModelReady, isServerReady } from '../open-inference/readiness.ts'
import { serverMetadata } from '../open-inference/server-metadata.ts'
import type { Probes } from '../probes.ts'
import { sendReply } from '../reply-coding.ts'
import type { ServedModels } from '../server-options.ts'

export interface OpenInferenceRoutesInit {
  readonly models: ServedModels
  readonly exposition: Exposition
  readonly registry: ExchangeRegistry
  readonly probes: Probes
  readonly inference: OpenInference
  /** Headrace's own. */
  readonly version: string
  /** Models can be loaded and unloaded. */
  readonly controlled: boolean
}

interface ModelParams {
  readonly name?: string
  readonly version?: string
}

/** Answers an exchange; what it throws is answered in the route's dialect. */
type Answer = (exchange: Exchange, params: ModelParams) => void | Promise<void>

/** Routes of the Open Inference Protocol V2, each with and without a slash at its end, and HEAD beside GET. */
export function openInferenceRoutes(app: FastifyInstance, init: OpenInferenceRoutesInit): void {
  healthRoutes(app, init)
  documentRoutes(app, init)
  statisticsRoutes(app, init)
  inferRoutes(app, init.inference)
}

function healthRoutes(app: FastifyInstance, { models, registry, probes }: OpenInferenceRoutesInit): void {
  const onProbe = (): void => {
    probes.count += 1
  }
  const onReadyProbe = (): void => {
    onProbe()
    probes.readyAskedAt = performance.now()
    if (registry.draining) probes.toldDraining = true
  }
  get(app, '/v2/health/live', (exchange) => {
    onProbe()
    exchange.send(200, 'application/json', '{"live":true}')
  })
  get(app, '/v2/health/ready', (exchange) => {
    onReadyProbe()
    const ready = isServerReady(models, registry)
    exchange.send(ready ? 200 : 503, 'application/json', `{"ready":${ready}}`)
  })
  getOfModel(app, '/ready', (exchange, { name = '', version }) => {
    onReadyProbe()
    const model = findModel(models, name, version)
    const ready = !registry.draining && isModelReady(model)
    exchange.send(ready ? 200 : 503, 'application/json', JSON.stringify({ name: model.name, ready }))
  })
}

function documentRoutes(app: FastifyInstance, init: OpenInferenceRoutesInit): void {
  const { models } = init
  const metadata = JSON.stringify(serverMetadata(init.version, init.controlled))
  get(app, '/v2', (exchange) => exchange.send(200, 'application/json', metadata))
  getOfModel(app, '', async (exchange, { name = '', version }) => {
    const model = findModel(models, name, version)
    const { metadataOf } = await import('../open-inference/model-documents.ts')
    sendJson(exchange, metadataOf(model, models.versions(name)))
  })
  getOfModel(app, '/config', async (exchange, { name = '', version }) => {
    const model = findModel(models, name, version)
    const { configOf } = await import('../open-inference/model-documents.ts')
    sendJson(exchange, configOf(model, models.versions(name)))
  })
}

function statisticsRoutes(app: FastifyInstance, { models, exposition }: OpenInferenceRoutesInit): void {
  const send = async (exchange: Exchange, asked: readonly ServedModel[]): Promise<void> => {
    const counted = asked.map(({ name, version }) => ({ model: name, version }))
    sendJson(exchange, { model_stats: await exposition.statistics(counted) })
  }
  get(app, '/v2/models/stats', (exchange) => send(exchange, models.list()))
  getOfModel(app, '/stats', (exchange, { name = '', version }) =>
    send(exchange, findVersions(models, name, version)),
  )
}

/** Where they are not answered in front of the router. */
function inferRoutes(app: FastifyInstance, inference: OpenInference): void {
  for (const path of ofModel('/infer').flatMap(bothForms)) {
    app.post<{ Params: { name: string; version?: string } }>(path, {
      onRequest: ({ exchange, params }, reply) => {
        reply.hijack()
        inference.handle(exchange, { name: params.name, version: params.version })
      },
      handler: answeredEarlier,
    })
  }
}

function sendJson(exchange: Exchange, document: unknown): void {
  sendReply(exchange, { contentType: 'application/json', body: JSON.stringify(document) })
}

function getOfModel(app: FastifyInstance, action: string, answer: Answer): void {
  for (const path of ofModel(action)) get(app, path, answer)
}

function get(app: FastifyInstance, path: string, answer: Answer): void {
  const handler = answeredBy(answer)
  for (const url of bothForms(path)) app.route({ method: ['GET', 'HEAD'], url, handler })
}

function ofModel(action: string): readonly string[] {
  return [`/v2/models/:name${action}`, `/v2/models/:name/versions/:version${action}`]
}

function bothForms(path: string): readonly string[] {
  return [path, `${path}/`]
}

/** Sent past fastify, which would add a charset to the type. */
function answeredBy(answer: Answer): RouteHandlerMethod {
  return async (request: FastifyRequest, reply) => {
    const { exchange } = request
    reply.hijack()
    try {
      await answer(exchange, request.params as ModelParams)
    } catch (error) {
      exchange.fail(error)
    }
  }
}

/** Inference is answered in `onRequest`, before fastify looks at the type of the body. */
function answeredEarlier(): never {
  throw internalError('This is a bug: a hijacked request came as far as its handler.')
}
