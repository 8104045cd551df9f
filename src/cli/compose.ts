import type { Logger } from 'pino'
import type { Resources } from '../runtime/cores.ts'
import { DataPlane } from '../runtime/data-plane.ts'
import { ModelRepository } from '../runtime/model-repository.ts'
import { RepositoryControl } from '../runtime/repository-control.ts'
import { ControlGuard } from '../server/control-guard.ts'
import type { ServerOptions } from '../server/server-options.ts'
import { batchingOptions } from './batching-settings.ts'
import { openRegistryClient } from './compose-registry.ts'
import type { ServeSettings } from './config.ts'
import { platformRoutes } from './container-settings.ts'
import { admissionLimits, apiKeys } from './overload-settings.ts'
import { prepareOptions } from './prepare-options.ts'
import { ReopeningRegistry } from './reopening-registry.ts'
import { trialOptions } from './trial-settings.ts'
import { version } from './version.ts'
import { keptMs } from './watch-settings.ts'

/** Parts of a scoring server, joined. */
export interface ScoringServer {
  readonly repository: ModelRepository
  readonly control: RepositoryControl
  readonly options: ServerOptions
}

/** What only this server knows of itself. */
export interface OwnPart {
  readonly expectedModels: number
  /** What it may use of the machine. */
  readonly resources: Resources
  /** Another thread of this process has measured and proved the models. */
  readonly trustsMeasured: boolean
  /** Another process or thread finds out how models are batched. */
  readonly isTunedElsewhere: boolean
}

/** The one place where the parts of the program are joined. Nothing is loaded and nothing listens yet. */
export function composeScoringServer(settings: ServeSettings, logger: Logger, own: OwnPart): ScoringServer {
  // At the start there is nobody whom a locked database could hold up.
  const isServing = (): boolean => repository.list().length > 0
  const registry = new ReopeningRegistry(() => openRegistryClient(settings, logger, isServing))
  const repository = new ModelRepository({
    resolve: (uri, isPinned) => registry.resolve(uri, { takesCopy: isPinned }),
    placement: settings.placement,
    ...own,
    limits: admissionLimits(settings),
    batching: batchingOptions(settings),
    trial: trialOptions(settings),
    keepPreviousMs: keptMs(settings),
    runTimeoutMs: settings.timeoutMs,
    prepare: prepareOptions(settings, logger),
    log: logger,
    ...(settings.workers === undefined ? {} : { workers: settings.workers }),
  })
  const control = new RepositoryControl(repository)
  const options: ServerOptions = {
    models: repository,
    control,
    controlGuard: new ControlGuard({ host: settings.host, token: settings.controlToken }),
    dataPlane: new DataPlane(),
    logger,
    limits: {
      bodyBytes: settings.maxBodyBytes,
      bufferedBytes: settings.maxBufferedBytes,
      requestTimeoutMs: settings.timeoutMs,
      keepAliveTimeoutMs: settings.keepAliveTimeoutMs,
    },
    corsOrigins: settings.corsAllowedOrigins,
    accessLog: settings.accessLog,
    apiKeys: apiKeys(settings),
    platformRoutes: platformRoutes(settings),
    version: version(),
    ...(settings.sslCertfile === undefined ? {} : { sslCertfile: settings.sslCertfile }),
    ...(settings.sslKeyfile === undefined ? {} : { sslKeyfile: settings.sslKeyfile }),
  }
  return { repository, control, options }
}
