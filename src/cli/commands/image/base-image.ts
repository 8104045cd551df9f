import type { Logger } from 'pino'
import type { BaseImage } from '../../../image/image.ts'
import type { ImageReference } from '../../../image/registry/image-reference.ts'
import { cacheFolder } from '../../cache-folder.ts'
import type { ImageSettings } from '../../image-settings.ts'
import type { ImageTarget } from './image-target.ts'

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

/**
 * Sees that a base has what Node starts by. One that goes from its registry into the same is not fetched for that: its layers are
 * linked there. @throws ServingError INVALID_PARAMETER_VALUE
 */
export async function tryBase(
  base: BaseImage | undefined,
  {
    target,
    reference,
  }: { readonly target: ImageTarget | undefined; readonly reference: ImageReference | undefined },
  signal: AbortSignal,
): Promise<void> {
  if (base === undefined) return
  const isLinked = base.layers.every(
    ({ heldBy }) => heldBy !== undefined && heldBy.registry === reference?.registry,
  )
  if (target === undefined && isLinked) return
  const { expectLoader } = await import('../../../image/system/expect-loader.ts')
  await expectLoader(base, signal)
}
