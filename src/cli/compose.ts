import type { Logger } from 'pino'
import { availableResources, type Resources } from '../runtime/cores.ts'
import { DataPlane } from '../runtime/data-plane.ts'
import { ModelRepository } from '../runtime/model-repository.ts'
import { RepositoryControl } from '../runtime/repository-control.ts'
import { ControlGuard } from '../server/control-guard.ts'
import type { ServerOptions } from '../server/server-options.ts'
import { batchingOptions } from './batching-settings.ts'
import { openRegistryClient } from './compose-registry.ts'
import type { ServeSettings } from './config.ts'
import { admissionLimits, apiKeys } from './overload-settings.ts'
import { prepareOptions } from './prepare-options.ts'
import { ReopeningRegistry } from './reopening-registry.ts'
import { trialOptions } from './trial-settings.ts'
import { version } from './version.ts'

/** Parts of a scoring server, joined. */
export interface ScoringServer {
  readonly repository: ModelRepository
  readonly control: RepositoryControl
  readonly options: ServerOptions
}

/** The one place where the parts of the program are joined. Nothing is loaded and nothing listens yet. */
export function composeScoringServer(
  settings: ServeSettings,
  logger: Logger,
  expectedModels: number,
): ScoringServer {
  const registry = new ReopeningRegistry(() => openRegistryClient(settings, logger))
  const repository = new ModelRepository({
    resolve: (uri) => registry.resolve(uri),
    placement: settings.placement,
    expectedModels,
    resources: shareOf(settings.processes),
    limits: admissionLimits(settings),
    batching: batchingOptions(settings),
    trial: trialOptions(settings),
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
    version: version(),
    ...(settings.sslCertfile === undefined ? {} : { sslCertfile: settings.sslCertfile }),
    ...(settings.sslKeyfile === undefined ? {} : { sslKeyfile: settings.sslKeyfile }),
  }
  return { repository, control, options }
}

/** What each of several processes may use. */
function shareOf(processes: number): Resources {
  const { cores, memoryBytes } = availableResources()
  return { cores: Math.max(1, Math.floor(cores / processes)), memoryBytes: memoryBytes / processes }
}
