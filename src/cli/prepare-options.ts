import type { Logger } from 'pino'
import { printable } from '../core/printable.ts'
import type { PrepareOptions } from '../flavors/flavor.ts'
import { compiledFolder } from './compiled-folder.ts'
import type { EngineSettings } from './engine-settings.ts'
import type { RegistrySettings } from './registry-settings.ts'

/** How flavors are to prepare models; what they compile is kept beside what was downloaded. */
export function prepareOptions(
  settings: Pick<EngineSettings, 'tfjsEngine'> &
    Partial<EngineSettings> &
    Pick<RegistrySettings, 'cacheDir' | 'xdgCacheHome' | 'cacheBytes'>,
  logger: Logger,
): PrepareOptions {
  return {
    tfjsEngine: settings.tfjsEngine,
    ...(settings.flavor === undefined ? {} : { flavor: settings.flavor }),
    cache: { folder: compiledFolder(settings), maxBytes: settings.cacheBytes },
    warn: (message) => logger.warn(printable(message)),
  }
}
