import type { FastifyInstance, RouteHandlerMethod } from 'fastify'
import type { Exchange } from '../exchange.ts'
import type { ExchangeRegistry } from '../exchange-registry.ts'
import type { Probes } from '../probes.ts'
import type { ServedModels } from '../server-options.ts'

/** The release whose behaviour this server has; clients read it to decide what they may send. */
const COMPATIBLE_MLFLOW_VERSION = '3.17.2'

export interface HealthInit {
  readonly models: ServedModels
  readonly registry: ExchangeRegistry
  readonly probes: Probes
}

/** MLflow's `/ping`, `/health` and `/version`, labelled JSON as there, and `/ready`, which MLflow has not. */
export function healthRoutes(app: FastifyInstance, init: HealthInit): void {
  const { probes } = init
  app.get('/ping', answers('\n', probes))
  app.get('/health', answers('\n', probes))
  app.get('/version', answers(COMPATIBLE_MLFLOW_VERSION, probes))
  app.get('/ready', ({ exchange }, reply) => {
    reply.hijack()
    answerReady(exchange, init)
  })
}

/** Whether requests to models are answered now. */
export function answerReady(exchange: Exchange, { models, registry, probes }: HealthInit): void {
  probes.count += 1
  probes.readyAskedAt = performance.now()
  const reason = registry.draining ? 'draining' : models.ready() ? undefined : 'loading'
  if (registry.draining) probes.toldDraining = true
  if (reason === undefined) exchange.send(200, 'application/json', '{"ready": true}')
  else exchange.send(503, 'application/json', `{"ready": false, "reason": "${reason}"}`)
}

/** Sent past fastify, which would add a charset to the type. */
function answers(body: string, probes: Probes): RouteHandlerMethod {
  return ({ exchange }, reply) => {
    reply.hijack()
    probes.count += 1
    exchange.send(200, 'application/json', body)
  }
}
