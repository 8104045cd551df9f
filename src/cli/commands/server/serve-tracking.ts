import { setFlagsFromString } from 'node:v8'
import type { Logger } from 'pino'
import { artifactDestination } from '../../../artifacts/artifact-destination.ts'
import { listen } from '../../../server/listen.ts'
import { createLogger } from '../../../server/logger.ts'
import type { ApiExecutor } from '../../../server/tracking/api-executor.ts'
import { ArtifactRoutes } from '../../../server/tracking/artifacts/artifact-routes.ts'
import { sweepUploads } from '../../../server/tracking/artifacts/sweep-uploads.ts'
import { ThreadedExecutor } from '../../../server/tracking/threads/threaded-executor.ts'
import { TrackingApp } from '../../../server/tracking/tracking-app.ts'
import type { TrackingServerOptions } from '../../../server/tracking/tracking-options.ts'
import { publicDatabaseUri } from '../../../store/database-uri.ts'
import { servesArtifacts, type TrackingServerSettings } from '../../tracking-server-settings.ts'
import { version } from '../../version.ts'
import { logFormatOf } from '../serve/log-format.ts'
import { checkSettings } from './check-settings.ts'
import { endOnSignals } from './end-on-signals.ts'
import { storeLocations } from './store-locations.ts'
import { withoutEffect } from './without-effect.ts'

/**
 * V8 would let the young generation of each thread grow under load, and each begin with 1 MB, which a page of runs
 * fills many times over: with 2 MB a search costs a third less, and collections are 18 % of it rather than 37 %
 * (docs/decisions/0019-young-generation-bounded.md).
 */
const YOUNG_GENERATION = ['--semi-space-growth-factor=1', '--min-semi-space-size=2']

/**
 * Of what survives a collection, before the next: V8 lets it double. Resident memory under load is 28 MB less, at no cost
 * that shows in the rates (docs/performance.md).
 */
const OLD_GENERATION = '--heap-growing-percent=20'

/** Serves MLflow's API until a signal comes. */
export async function serveTracking(settings: TrackingServerSettings): Promise<void> {
  checkSettings(settings)
  for (const flag of [...YOUNG_GENERATION, OLD_GENERATION]) setFlagsFromString(flag)
  const format = logFormatOf(settings)
  const logger = createLogger({ level: settings.logLevel, format })
  warn(settings, logger)
  const executor = settings.artifactsOnly ? undefined : await openExecutor(settings, logger)
  const app = new TrackingApp(serverOptions(settings, logger, executor))
  const server = await listen(app, settings).catch(async (error: unknown) => {
    await executor?.close()
    throw error
  })
  // Whoever reads that it listens may end it at once.
  endOnSignals(server, settings.graceMs, logger)
  const destination = destinationOf(settings)
  if (destination !== undefined) void sweepUploads(destination, logger)
  announce(server.url + settings.staticPrefix, settings, logger, format)
}

function openExecutor(settings: TrackingServerSettings, logger: Logger): Promise<ApiExecutor> {
  return ThreadedExecutor.start({ ...storeLocations(settings), workers: settings.workers, logger })
}

function serverOptions(
  settings: TrackingServerSettings,
  logger: Logger,
  executor: ApiExecutor | undefined,
): TrackingServerOptions {
  const { sslCertfile, sslKeyfile, staticPrefix, accessLog, timeoutMs, keepAliveTimeoutMs } = settings
  return {
    executor,
    streamed: artifactRoutes(settings, executor),
    security: settings.disableSecurityMiddleware
      ? undefined
      : {
          allowedHosts: settings.allowedHosts,
          allowedOrigins: settings.corsAllowedOrigins,
          frameOptions: settings.xFrameOptions,
        },
    ...{ staticPrefix, logger, accessLog },
    version: version(),
    limits: { requestTimeoutMs: timeoutMs, keepAliveTimeoutMs },
    ...(sslCertfile === undefined ? {} : { sslCertfile }),
    ...(sslKeyfile === undefined ? {} : { sslKeyfile }),
  }
}

function artifactRoutes(settings: TrackingServerSettings, executor: ApiExecutor | undefined): ArtifactRoutes {
  const { staticPrefix } = settings
  return new ArtifactRoutes({
    destination: destinationOf(settings),
    defaultArtifactRoot: storeLocations(settings).tracking.artifactRoot,
    ask: executor && ((question, about) => executor.ask(question, about)),
    staticPrefix,
  })
}

/** Path of the folder of what clients send; undefined where they send nothing. */
function destinationOf(settings: TrackingServerSettings): string | undefined {
  return servesArtifacts(settings)
    ? artifactDestination(settings.artifactsDestination, process.cwd())
    : undefined
}

function warn(settings: TrackingServerSettings, logger: Logger): void {
  const { disableSecurityMiddleware, allowedHosts, corsAllowedOrigins } = settings
  for (const sentence of withoutEffect(settings)) logger.warn(sentence)
  if (disableSecurityMiddleware) {
    logger.warn(
      'Host and Origin headers are not checked: any page in a browser that reaches this server can use it',
    )
    return
  }
  if (allowedHosts?.includes('*')) {
    logger.warn('Every Host header is served: pages of any site may reach this server by DNS rebinding')
  }
  if (corsAllowedOrigins.includes('*')) {
    logger.warn('Pages of every origin may read and change what this server has')
  }
}

function announce(
  url: string,
  settings: TrackingServerSettings,
  logger: Logger,
  format: 'json' | 'text',
): void {
  const startMs = Math.round(performance.now())
  const database = settings.artifactsOnly ? undefined : storeLocations(settings).tracking.databaseUri
  const facts = {
    url,
    startMs,
    database: database === undefined ? undefined : publicDatabaseUri(database),
    workers: settings.workers,
    node: process.versions.node,
    version: version(),
  }
  const keeps =
    facts.database === undefined ? 'artifacts only' : `experiments and models in ${facts.database}`
  const sentence = `Headrace ${version()} is listening on ${url} (${keeps}), ${startMs} ms after its start`
  if (format === 'json') logger.info(facts, sentence)
  else logger.info(sentence)
}
