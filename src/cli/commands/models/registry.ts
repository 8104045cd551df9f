import type { LocalPlaces } from '../../../artifacts/local-artifacts.ts'
import { notImplemented } from '../../../core/errors.ts'
import type { ModelRegistry } from '../../../registry-client/model-registry.ts'
import type { RegistryClient } from '../../../registry-client/registry-client.ts'
import { registryPlace } from '../../../registry-client/registry-place.ts'
import { createLogger } from '../../../server/logger.ts'
import type { RegistryStore } from '../../../store/registry-store.ts'
import type { Stores } from '../../../store/stores.ts'
import { mlflowServers, openRegistries, openRegistryClient } from '../../compose-registry.ts'
import { registryLocations } from '../../registry-location.ts'
import type { ModelsOptions } from './options.ts'

/** Warnings and the progress of downloads go to standard error: standard output is the command's answer. */
export const logger = createLogger({ level: 'info', format: 'text' })

/** Opens the registry that the settings name, of whatever kind, to read it. */
export async function withRegistry<T>(
  options: ModelsOptions,
  work: (registry: ModelRegistry) => Promise<T>,
): Promise<T> {
  const registries = openRegistries(options, logger)
  try {
    return await work(await registries.open(registries.place('registry'), 'full'))
  } finally {
    await registries.close()
  }
}

/** What resolves model URIs as `headrace serve` does. */
export async function withResolver<T>(
  options: ModelsOptions,
  work: (client: RegistryClient) => Promise<T>,
): Promise<T> {
  const client = openRegistryClient(options, logger)
  try {
    return await work(client)
  } finally {
    await client.close()
  }
}

/**
 * Opens the database of the registry to write it.
 * @param instead how the same is done where a server is the registry: `mlflow.register_model(…)`.
 * @throws ServingError NOT_IMPLEMENTED there
 */
export async function withStores<T>(
  options: ModelsOptions,
  instead: string,
  work: (stores: Stores, places: LocalPlaces) => Promise<T>,
): Promise<T> {
  const place = registryPlace(registryLocations(options).registry)
  if (place.kind === 'server') {
    throw notImplemented(
      `Headrace does not do that on a server yet (${place.publicUri}): use MLflow's own client, ${instead}`,
    )
  }
  const { openRegistry } = await import('../../../registry-client/open-registry.ts')
  const { stores, places } = openRegistry(place.location, 'write')
  try {
    return await work(stores, places)
  } finally {
    await stores.close()
  }
}

export type Aliases = Pick<RegistryStore, 'setRegisteredModelAlias' | 'deleteRegisteredModelAlias'>

/** The aliases of the registry, a database's or a server's, to change them. */
export async function withAliases(
  options: ModelsOptions,
  work: (aliases: Aliases) => Promise<void>,
): Promise<void> {
  const place = registryPlace(registryLocations(options).registry)
  if (place.kind === 'database') return withStores(options, '', ({ registry }) => work(registry))
  const servers = mlflowServers(options, logger)
  try {
    const { registry } = await servers.client(place.url)
    await work({
      setRegisteredModelAlias: (name, alias, version) =>
        registry.setRegisteredModelAlias({ name, alias, version }),
      deleteRegisteredModelAlias: (name, alias) => registry.deleteRegisteredModelAlias(name, alias),
    })
  } finally {
    await servers.close()
  }
}
