import type { Logger } from 'pino'
import type { ModelCache } from '../registry-client/cache/model-cache.ts'
import type { DownloadDisplay } from '../registry-client/cached-models.ts'
import { MlflowServers } from '../registry-client/mlflow-servers.ts'
import { ModelResolver } from '../registry-client/model-resolver.ts'
import { Registries } from '../registry-client/registries.ts'
import type { RegistryClient } from '../registry-client/registry-client.ts'
import { cacheFolder } from './cache-folder.ts'
import { Progress } from './progress.ts'
import { registryLocations } from './registry-location.ts'
import type { RegistrySettings } from './registry-settings.ts'
import { serverAccess } from './server-access.ts'

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
