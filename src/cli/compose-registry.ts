import type { Logger } from 'pino'
import type { ModelCache } from '../registry-client/cache/model-cache.ts'
import type { DownloadDisplay } from '../registry-client/cached-models.ts'
import { MlflowServers } from '../registry-client/mlflow-servers.ts'
import { ModelResolver } from '../registry-client/model-resolver.ts'
import { type ReadDatabase, readDatabase } from '../registry-client/read-database.ts'
import { Registries } from '../registry-client/registries.ts'
import type { RegistryClient } from '../registry-client/registry-client.ts'
import { cacheFolder } from './cache-folder.ts'
import { Progress } from './progress.ts'
import { registryLocations } from './registry-location.ts'
import type { RegistrySettings } from './registry-settings.ts'
import { serverAccess } from './server-access.ts'

/**
 * What finds models for a command, to be closed by it. Nothing is asked or opened before the first URI.
 * @param isServing whether the calling thread has requests to answer, and is to leave databases to another one.
 */
export function openRegistryClient(
  settings: RegistrySettings,
  logger: Logger,
  isServing?: () => boolean,
): RegistryClient {
  return new ModelResolver({
    locations: registryLocations(settings),
    folder: process.cwd(),
    access: serverAccess(settings, logger),
    openCache: () => openCache(settings, logger),
    offline: settings.offline,
    log: logger,
    readDatabase: isServing === undefined ? readDatabase : readAside(isServing),
    showDownload: (title) => showDownload(title, settings, logger),
  })
}

function readAside(isServing: () => boolean): ReadDatabase {
  return async (place, patience) => {
    if (!isServing()) return await readDatabase(place, patience)
    const { RegistryReader } = await import('./commands/serve/lookups/registry-reader.ts')
    return new RegistryReader({ place, patience })
  }
}

/** The registry and the tracking store themselves, to be closed by the caller. */
export function openRegistries(settings: RegistrySettings, logger: Logger): Registries {
  const { offline } = settings
  return new Registries({
    locations: registryLocations(settings),
    servers: mlflowServers(settings, logger),
    offline,
  })
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
