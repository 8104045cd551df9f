import { join } from 'node:path'
import type { Logger } from 'pino'
import { printable } from '../core/printable.ts'
import type { PrepareOptions } from '../flavors/flavor.ts'
import { cacheFolder } from './cache-folder.ts'
import type { EngineSettings } from './engine-settings.ts'
import type { RegistrySettings } from './registry-settings.ts'

/** How flavors are to prepare models; what they compile is kept beside what was downloaded. */
export function prepareOptions(
  settings: EngineSettings & Pick<RegistrySettings, 'cacheDir' | 'xdgCacheHome' | 'cacheBytes'>,
  logger: Logger,
): PrepareOptions {
  return {
    tfjsEngine: settings.tfjsEngine,
    cache: { folder: join(cacheFolder(settings), 'compiled'), maxBytes: settings.cacheBytes },
    warn: (message) => logger.warn(printable(message)),
  }
}
