import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { withCredentialsFile } from '../client/credentials.ts'
import type { ModelCache } from '../registry-client/cache/model-cache.ts'
import type { DownloadDisplay } from '../registry-client/cached-models.ts'
import { MlflowServers, type ServerAccess } from '../registry-client/mlflow-servers.ts'
import { ModelResolver } from '../registry-client/model-resolver.ts'
import { Registries } from '../registry-client/registries.ts'
import type { RegistryClient } from '../registry-client/registry-client.ts'
import { cacheFolder } from './cache-folder.ts'
import { Progress } from './progress.ts'
import { registryLocations } from './registry-location.ts'
import type { RegistrySettings, TrackingSettings } from './registry-settings.ts'
import { version } from './version.ts'

/** What finds models for a command, to be closed by it. Nothing is asked or opened before the first URI. */
export function openRegistryClient(settings: RegistrySettings, logger: Logger): RegistryClient {
  return new ModelResolver({
    locations: registryLocations(settings),
    folder: process.cwd(),
    access: serverAccess(settings, logger),
    openCache: () => openCache(settings, logger),
    offline: settings.offline,
    log: logger,
    showDownload: (title) => showDownload(title, settings, logger),
  })
}

/** The registry and the tracking store themselves, to be closed by the caller. */
export function openRegistries(settings: RegistrySettings, logger: Logger): Registries {
  return new Registries(registryLocations(settings), mlflowServers(settings, logger), settings.offline)
}

function mlflowServers(settings: RegistrySettings, logger: Logger): MlflowServers {
  return new MlflowServers(serverAccess(settings, logger))
}

/** How the settings say that MLflow servers are reached. */
export function serverAccess(settings: TrackingSettings, logger: Logger): ServerAccess {
  const {
    trackingUsername: username,
    trackingPassword: password,
    trackingInsecureTls: insecureTls,
  } = settings
  // Set for all programs of the machine, it is no wish to check this server's certificate.
  const caBundle = insecureTls ? undefined : settings.requestsCaBundle
  return {
    ...withCredentialsFile({ username, password }, credentialsFile()),
    token: settings.trackingToken,
    insecureTls,
    serverCertPath: settings.trackingServerCertPath ?? caBundle,
    clientCertPath: settings.trackingClientCertPath,
    timeoutMs: settings.httpRequestTimeoutMs,
    maxRetries: settings.httpRequestMaxRetries,
    backoffFactor: settings.httpRequestBackoffFactor,
    backoffJitter: settings.httpRequestBackoffJitter,
    respectRetryAfter: settings.httpRespectRetryAfterHeader,
    workspace: settings.workspace,
    userAgent: `headrace/${version()}`,
    log: logger,
  }
}

function credentialsFile(): string | undefined {
  const path = join(homedir(), '.mlflow', 'credentials')
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined
}

async function openCache(settings: RegistrySettings, logger: Logger): Promise<ModelCache> {
  const { DiskModelCache } = await import('../registry-client/cache/disk-model-cache.ts')
  return new DiskModelCache({ folder: cacheFolder(settings), maxBytes: settings.cacheBytes, log: logger })
}

function showDownload(title: string, { noProgress }: RegistrySettings, logger: Logger): DownloadDisplay {
  const progress = new Progress({ title, unit: 'bytes', logger, enabled: !noProgress })
  return {
    update: ({ files, totalFiles, bytes, totalBytes }) =>
      progress.update({ done: bytes, total: totalBytes, note: `${files} of ${totalFiles} files` }),
    stop: () => progress.stop(),
  }
}
