import { hash } from 'node:crypto'
import { join } from 'node:path'
import { registryPlace } from '../registry-client/registry-place.ts'
import { isSqliteUri, sqlitePath } from '../store/sqlite/sqlite-uri.ts'
import { cacheFolder } from './cache-folder.ts'
import { registryLocations } from './registry-location.ts'
import type { RegistrySettings } from './registry-settings.ts'

/**
 * Absolute path of the folder where rollouts keep what is of this machine: outcomes, the key of outcome ids where none is set,
 * and states. Beside the database of the registry, where that is a file, so that all servers on it have the same; else in the
 * folder of downloaded models, by the registry: rollouts of one name in two registries have nothing to do with each other.
 */
export function rolloutFolder(settings: RegistrySettings): string {
  const location = registryLocations(settings).registry
  const { uri, folder } = location
  if (isSqliteUri(uri)) return `${sqlitePath(uri, folder)}.headrace-rollouts`
  const registry = hash('sha256', registryPlace(location).publicUri, 'hex').slice(0, 16)
  return join(cacheFolder(settings), 'rollouts', registry)
}
