import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import type { RegistrySettings } from './registry-settings.ts'

/** Absolute path of the folder of downloaded and compiled models. */
export function cacheFolder({
  cacheDir,
  xdgCacheHome,
}: Pick<RegistrySettings, 'cacheDir' | 'xdgCacheHome'>): string {
  return resolve(cacheDir || join(xdgCacheHome ?? join(homedir(), '.cache'), 'headrace'))
}
