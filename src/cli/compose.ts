import type { Logger } from 'pino'
import type { LocalRegistry } from '../registry-client/local-registry-client.ts'
import { DEFAULT_LIMITS } from '../runtime/admission.ts'
import { DataPlane } from '../runtime/data-plane.ts'
import { ModelRepository } from '../runtime/model-repository.ts'
import type { ServerOptions } from '../server/server-options.ts'
import type { ServeSettings } from './config.ts'

/** Parts of a scoring server, joined. */
export interface ScoringServer {
  readonly repository: ModelRepository
  readonly options: ServerOptions
}

/** The one place where the parts of the program are joined. Nothing is loaded and nothing listens yet. */
export function composeScoringServer(settings: ServeSettings, logger: Logger): ScoringServer {
  const repository = new ModelRepository({
    resolve: resolver(settings),
    placement: settings.placement,
    expectedModels: settings.modelUri.length,
    limits: { ...DEFAULT_LIMITS, maxRequests: settings.maxConcurrentRequests },
    log: logger,
    ...(settings.workers === undefined ? {} : { workers: settings.workers }),
  })
  const options: ServerOptions = {
    models: repository,
    dataPlane: new DataPlane(),
    logger,
    limits: {
      bodyBytes: settings.maxBodyBytes,
      requestTimeoutMs: settings.timeoutMs,
      keepAliveTimeoutMs: settings.keepAliveTimeoutMs,
    },
    corsOrigins: settings.corsAllowedOrigins,
    accessLog: settings.accessLog,
    ...(settings.apiKey === undefined ? {} : { apiKey: settings.apiKey }),
    ...(settings.sslCertfile === undefined ? {} : { sslCertfile: settings.sslCertfile }),
    ...(settings.sslKeyfile === undefined ? {} : { sslKeyfile: settings.sslKeyfile }),
  }
  return { repository, options }
}

/** The registry is imported when the first URI is resolved. */
function resolver(settings: ServeSettings): ConstructorParameters<typeof ModelRepository>[0]['resolve'] {
  const registry = import('../registry-client/local-registry-client.ts').then(
    ({ LocalRegistryClient }) => new LocalRegistryClient(localRegistry(settings)),
  )
  return async (uri) => (await registry).resolve(uri)
}

/** MLflow's rule: the registry's own URI, else the tracking URI, else a SQLite file in the working folder. */
export function localRegistry(settings: Pick<ServeSettings, 'registryUri' | 'trackingUri'>): LocalRegistry {
  return {
    databaseUri: settings.registryUri ?? settings.trackingUri ?? 'sqlite:///mlflow.db',
    folder: process.cwd(),
  }
}
