import type { Logger } from 'pino'
import type { RegisteringServer } from '../registry-client/register-on-server.ts'
import {
  type DatabasePlace,
  isElsewhere,
  notAsked,
  registryPlace,
  type ServerPlace,
} from '../registry-client/registry-place.ts'
import type { RegistryWriter } from '../registry-client/registry-writer.ts'
import { Progress } from './progress.ts'
import { registryLocations } from './registry-location.ts'
import type { RegistrySettings } from './registry-settings.ts'
import { serverAccess } from './server-access.ts'

/**
 * Opens the registry that the settings name to change it, to be closed by the caller.
 * @throws ServingError where it is of a kind that Headrace does not open, or may not be asked (--offline)
 */
export async function openRegistryWriter(
  settings: RegistrySettings,
  logger: Logger,
): Promise<RegistryWriter> {
  const place = registryPlace(registryLocations(settings).registry)
  if (settings.offline && isElsewhere(place)) throw notAsked(place.publicUri)
  return place.kind === 'server' ? onServer(place, settings, logger) : inDatabase(place)
}

async function inDatabase({ location }: DatabasePlace): Promise<RegistryWriter> {
  const [{ openRegistry }, { StoredRegistryWriter }] = await Promise.all([
    import('../registry-client/open-registry.ts'),
    import('../registry-client/stored-registry-writer.ts'),
  ])
  return new StoredRegistryWriter(openRegistry(location, 'write'))
}

async function onServer(
  place: ServerPlace,
  settings: RegistrySettings,
  logger: Logger,
): Promise<RegistryWriter> {
  const { ServerRegistryWriter } = await import('../registry-client/server-registry-writer.ts')
  return new ServerRegistryWriter(await openServer(place, settings, logger))
}

/** Logged models and files go to the tracking server; where there is none, the registry's server is both. */
async function openServer(
  { url: registryUrl }: ServerPlace,
  settings: RegistrySettings,
  logger: Logger,
): Promise<RegisteringServer> {
  const [{ Connection }, { MlflowClient }, { ServerTransport }, { ServerTrees }, { TwoServers }] =
    await Promise.all([
      import('../client/connection.ts'),
      import('../client/mlflow-client.ts'),
      import('../client/api/server-transport.ts'),
      import('../client/artifacts/server-trees.ts'),
      import('../client/api/two-servers.ts'),
    ])
  const access = serverAccess(settings, logger)
  const registry = new Connection({ ...access, url: registryUrl })
  const { uri } = registryLocations(settings).tracking
  const isOther = /^https?:/i.test(uri) && uri !== registryUrl
  const tracking = isOther ? new Connection({ ...access, url: uri }) : registry
  const toRegistry = new ServerTransport(registry)
  const transport = isOther ? new TwoServers(new ServerTransport(tracking), toRegistry) : toRegistry
  const trees = new ServerTrees(tracking)
  return {
    client: new MlflowClient({}, { transport, trees }),
    trees,
    showUpload: (title) => showUpload(title, settings, logger),
  }
}

function showUpload(
  title: string,
  { noProgress }: RegistrySettings,
  logger: Logger,
): ReturnType<NonNullable<RegisteringServer['showUpload']>> {
  const progress = new Progress({ title, unit: 'bytes', logger, enabled: !noProgress })
  return {
    update: ({ files, totalFiles, bytes, totalBytes }) =>
      progress.update({ done: bytes, total: totalBytes, note: `${files} of ${totalFiles} files` }),
    stop: () => progress.stop(),
  }
}
