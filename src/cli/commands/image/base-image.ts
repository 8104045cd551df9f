import type { Logger } from 'pino'
import type { BaseImage } from '../../../image/image.ts'
import { cacheFolder } from '../../cache-folder.ts'
import type { ImageSettings } from '../../image-settings.ts'

type BaseSettings = Pick<ImageSettings, 'base' | 'platform' | 'plainHttp' | 'cacheDir' | 'xdgCacheHome'>

/** The image that another is built upon, where one is named. It is imported then: most images need none. */
export async function openBaseOf(
  settings: BaseSettings,
  logger: Logger,
  signal: AbortSignal,
): Promise<BaseImage | undefined> {
  const { base, platform, plainHttp } = settings
  if (base === undefined) return undefined
  const { openBase } = await import('../../../image/registry/open-base.ts')
  return await openBase(base, platform, {
    cacheFolder: cacheFolder(settings),
    plainHttp,
    signal,
    log: logger,
  })
}
