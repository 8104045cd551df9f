import type { RequestListener } from 'node:http'
import { type FastifyInstance, fastify } from 'fastify'
import { internalError } from '../core/errors.ts'
import { ApiKeys } from './api-keys.ts'
import { BodyReader } from './body-reader.ts'
import { Cors } from './cors.ts'
import type { Exchange } from './exchange.ts'
import { ExchangeRegistry } from './exchange-registry.ts'
import { Gate } from './gate.ts'
import { HotPath } from './hot-path.ts'
import { answerClientError, createHttpServer } from './http-server.ts'
import { KnownRoutes } from './known-routes.ts'
import { Lane } from './lane/lane.ts'
import type { ListeningApp } from './listening-app.ts'
import { Exposition } from './metrics/exposition.ts'
import { ServerMetrics } from './metrics/server-metrics.ts'
import { ModelRequests } from './model-requests.ts'
import { NodeHttpChannel } from './node-http-channel.ts'
import { OpenInference } from './open-inference/inference.ts'
import { ModelCodecs } from './open-inference/model-codecs.ts'
import type { DescribedServer } from './openapi.ts'
import type { PlatformAnswers, PlatformAnswersInit } from './platforms/platform-answers.ts'
import { openPathsOf, type PlatformRoutes } from './platforms/platform-routes.ts'
import { Probes } from './probes.ts'
import type { RolloutMember } from './rollouts/rollout-member.ts'
import { docsRoutes } from './routes/docs.ts'
import { healthRoutes } from './routes/health.ts'
import { metricsRoute } from './routes/metrics.ts'
import { MlflowScoring, scoringRoutes } from './routes/mlflow-scoring.ts'
import { modelHistoryRoute } from './routes/model-history.ts'
import { openInferenceRoutes } from './routes/open-inference.ts'
import { repositoryRoutes } from './routes/repository.ts'
import { rolloutRoutes } from './routes/rollouts.ts'
import { V1Routes } from './routes/v1.ts'
import { DEFAULT_LIMITS, type ServerLimits, type ServerOptions } from './server-options.ts'
import { V1Prediction } from './v1/v1-prediction.ts'

/** Longer than any name in MLflow's registry (256). */
const MAX_MODEL_NAME_LENGTH = 512

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the first hook of every request. */
    exchange: Exchange
  }
}

/** The server, built and not yet listening. */
export interface App extends ListeningApp {
  readonly fastify: FastifyInstance
  readonly lane: Lane | undefined
  readonly bodies: BodyReader
  readonly codecs: ModelCodecs
  readonly exposition: Exposition
  readonly metrics: ServerMetrics
  /** Undefined where there are none. */
  readonly rollouts: RolloutMember | undefined
  /** With rollouts among its models, and its control heeding them. */
  readonly options: ServerOptions
}

/**
 * Puts the server together. Routes live in fastify; scoring requests are answered in front of its router, by
 * the same handler that its route calls, since there every microsecond counts.
 */
export async function buildApp(given: ServerOptions): Promise<App> {
  const limits: ServerLimits = { ...DEFAULT_LIMITS, ...given.limits }
  const metrics = new ServerMetrics()
  const registry = new ExchangeRegistry({
    metrics,
    logger: given.logger,
    accessLog: given.accessLog ?? false,
  })
  const rollouts = await rolloutsOf(given, registry)
  const options = rollouts === undefined ? given : withRollouts(given, rollouts)
  const gate = new Gate({
    registry,
    apiKeys: options.apiKeys?.length ? new ApiKeys(options.apiKeys) : undefined,
    openPaths: openPathsOf(options.platformRoutes),
    cors: options.corsOrigins?.length ? new Cors(options.corsOrigins, keyHeadersOf(options)) : undefined,
    onPause: () => {
      const now = performance.now()
      for (const model of given.models.list()) model.attend(now)
    },
  })
  const bodies = new BodyReader(limits)
  const { models, dataPlane } = options
  const requests = new ModelRequests({
    ...{ models, dataPlane, bodies, rollouts },
    requestTimeoutMs: limits.requestTimeoutMs,
  })
  const scoring = new MlflowScoring(requests)
  const probes = new Probes()
  const prediction = new V1Prediction(requests)
  const v1 = new V1Routes({ models, registry, probes, prediction })
  const codecs = new ModelCodecs()
  const inference = new OpenInference({ requests, codecs })

  const platform = await platformOf(options.platformRoutes, {
    ...{ requests, prediction },
    health: { models, registry, probes },
  })
  const hotPath = new HotPath({ gate, scoring, inference, v1, platform })
  const known = new KnownRoutes()
  const app = fastify({
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: MAX_MODEL_NAME_LENGTH },
    schemaController: { compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas } },
    clientErrorHandler: answerClientError,
    frameworkErrors: (_error, request, reply) => {
      // The path cannot be decoded, or is too long to be any of ours; no hook has run.
      reply.hijack()
      const exchange = gate.enter(request.raw, new NodeHttpChannel(request.raw, reply.raw))
      if (exchange !== undefined) known.answerUnmatched(exchange)
    },
    serverFactory: (route: RequestListener) => createHttpServer(options, limits, hotPath.before(route)),
  })
  known.watch(app)
  enterThrough(gate, app, known)
  finishReplies(app, registry)
  scoringRoutes(app, scoring)
  const exposition = new Exposition(
    { models: given.models, metrics, registry, bodies, rollouts, control: given.control },
    options.allFigures,
  )
  healthRoutes(app, { models, registry, probes })
  const { version = '', control } = options
  openInferenceRoutes(app, {
    ...{ models, exposition, registry, probes, inference, version },
    controlled: control !== undefined,
  })
  docsRoutes(app, { models, server: describedServer(options) })
  metricsRoute(app, exposition, probes)
  repositoryRoutes(app, { control: options.control, guard: options.controlGuard, limits })
  modelHistoryRoute(app, { control: options.control, guard: options.controlGuard })
  const ask = rollouts?.ask.bind(rollouts)
  rolloutRoutes(app, { ask, guard: options.controlGuard, limits })
  const lane = hasLane(options)
    ? new Lane({ gate, bodies, limits, routes: hotPath.inLane, keyHeaders: keyHeadersOf(options) })
    : undefined
  lane?.precede(app.server)
  app.addHook('preClose', async () => lane?.closeIdle())
  app.addHook('onClose', async () => rollouts?.close())
  await app.ready()
  return {
    fastify: app,
    server: app.server,
    lane,
    registry,
    bodies,
    codecs,
    probes,
    exposition,
    metrics,
    rollouts,
    options,
    close: async () => app.close(),
  }
}

/** What the API's description says of it beside its models. */
function describedServer({ apiKeys = [], control, controlGuard, rollouts }: ServerOptions): DescribedServer {
  const mayControl = controlGuard !== undefined
  return {
    needsApiKey: apiKeys.length > 0,
    models: mayControl && control !== undefined,
    rollouts: mayControl ? (rollouts?.plans.map(({ name }) => name) ?? []) : [],
  }
}

/** Whoever has no rollouts pays nothing for them. */
async function rolloutsOf(
  { rollouts, models, dataPlane }: ServerOptions,
  registry: ExchangeRegistry,
): Promise<RolloutMember | undefined> {
  if (rollouts === undefined || rollouts.plans.length === 0) return undefined
  const { RolloutMember } = await import('./rollouts/rollout-member.ts')
  return new RolloutMember({ ...rollouts, models, dataPlane, isDraining: () => registry.draining })
}

/** Of a server that no platform runs nothing of it is read. */
async function platformOf(
  routes: PlatformRoutes | undefined,
  init: Omit<PlatformAnswersInit, 'routes'>,
): Promise<PlatformAnswers | undefined> {
  if (routes === undefined || Object.values(routes).every((route) => !route)) return undefined
  const { PlatformAnswers } = await import('./platforms/platform-answers.ts')
  return new PlatformAnswers({ routes, ...init })
}

function withRollouts(options: ServerOptions, rollouts: RolloutMember): ServerOptions {
  const { control } = options
  const guarded = control === undefined ? {} : { control: rollouts.guarded(control) }
  return { ...options, ...guarded, models: rollouts.models }
}

/** Headers that tell users apart, which pages may send as well. */
function keyHeadersOf({ rollouts }: ServerOptions): readonly string[] {
  return rollouts?.plans.map(({ stickyKey }) => stickyKey.header) ?? []
}

/** Over TLS node:http reads what was decrypted. */
function hasLane({ lane = true, sslCertfile, sslKeyfile }: ServerOptions): boolean {
  return lane && sslCertfile === undefined && sslKeyfile === undefined
}

/** No route has a schema; fastify's own compilers would load ajv at every start (50 ms, 4 MB). */
function noSchemas(): never {
  throw internalError('This is a bug: a route was declared with a schema.')
}

/** Every request that fastify routes passes the gate first, and gets the gate's headers on its reply. */
function enterThrough(gate: Gate, app: FastifyInstance, known: KnownRoutes): void {
  app.decorateRequest('exchange')
  app.addHook('onRequest', (request, reply, next) => {
    const exchange = gate.enter(request.raw, new NodeHttpChannel(request.raw, reply.raw))
    if (exchange === undefined || request.is404) {
      reply.hijack()
      if (exchange !== undefined) known.answerUnmatched(exchange)
      return
    }
    request.exchange = exchange
    const { headers } = exchange
    for (let i = 0; i < headers.length; i += 2) reply.header(headers[i]!, headers[i + 1])
    next()
  })
}

function finishReplies(app: FastifyInstance, registry: ExchangeRegistry): void {
  // Bodies are read by the routes that want one.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _body, done) => done(null))
  app.addHook('onSend', (_request, reply, _payload, next) => {
    if (registry.draining) reply.header('connection', 'close')
    next()
  })
  app.setErrorHandler((error, request, reply) => {
    reply.hijack()
    request.exchange.fail(error)
  })
}
