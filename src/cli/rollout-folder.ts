import { join } from 'node:path'
import { sqlitePath } from '../store/sqlite/sqlite-uri.ts'
import { cacheFolder } from './cache-folder.ts'
import { registryLocations } from './registry-location.ts'
import type { RegistrySettings } from './registry-settings.ts'

/**
 * Absolute path of the folder where rollouts keep what is of this machine: outcomes, the key of outcome ids where none is set,
 * and states. Beside the database of the registry, where that is a file, so that all servers on it have the same; else in the
 * folder of downloaded models.
 */
export function rolloutFolder(settings: RegistrySettings): string {
  const { uri, folder } = registryLocations(settings).registry
  if (!uri.startsWith('sqlite:')) return join(cacheFolder(settings), 'rollouts')
  return `${sqlitePath(uri, folder)}.headrace-rollouts`
}
