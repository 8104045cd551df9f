import { join } from 'node:path'
import { cacheFolder } from './cache-folder.ts'
import type { RegistrySettings } from './registry-settings.ts'

/** Absolute path of the folder where compiled models are kept: beside those that were downloaded. */
export function compiledFolder(settings: Pick<RegistrySettings, 'cacheDir' | 'xdgCacheHome'>): string {
  return join(cacheFolder(settings), 'compiled')
}
