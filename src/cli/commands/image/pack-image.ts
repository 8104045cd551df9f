import type { Logger } from 'pino'
import type { Image } from '../../../image/image.ts'
import type { LayerPlan } from '../../../image/layer-plan.ts'
import type { Layer } from '../../../image/oci/blob.ts'
import { composeImage } from '../../../image/oci/compose-image.ts'
import { packLayer } from '../../../image/oci/pack-layer.ts'
import { cacheFolder } from '../../cache-folder.ts'
import type { ImageSettings } from '../../image-settings.ts'
import { Progress } from '../../progress.ts'
import type { ImagePlan } from './plan-image.ts'
import { sideBySide } from './side-by-side.ts'

export interface PackedImage {
  readonly image: Image
  /** Of this build's own layers, the lowest first. */
  readonly layers: readonly { readonly title: string; readonly size: number }[]
}

/** Packs the layers of an image side by side, and puts it together. @throws ServingError, the signal's reason */
export async function packImage(
  plan: ImagePlan,
  settings: ImageSettings,
  logger: Logger,
  signal: AbortSignal,
): Promise<PackedImage> {
  const progress = new Progress({ title: 'Packing', unit: 'bytes', logger, enabled: !settings.noProgress })
  try {
    const layers = await packAll(plan.layers, cacheFolder(settings), progress, signal)
    const { config, base } = plan
    const { created } = settings
    const image = composeImage({ config, layers, ...(base && { base }), ...(created && { created }) })
    const sizes = plan.layers.map(({ title }, at) => ({ title, size: layers[at]?.size ?? 0 }))
    return { image, layers: sizes }
  } finally {
    await progress.stop()
  }
}

async function packAll(
  plans: readonly LayerPlan[],
  folder: string,
  progress: Progress,
  signal: AbortSignal,
): Promise<readonly Layer[]> {
  const total = plans.reduce((sum, plan) => sum + contentBytes(plan), 0)
  let done = 0
  let ready = 0
  const advance = (bytes: number): void => {
    done += bytes
    progress.update({ done, total, note: `${ready} of ${plans.length} layers` })
  }
  const pack = async (plan: LayerPlan, either: AbortSignal): Promise<Layer> => {
    let told = 0
    const onProgress = (bytes: number): void => {
      told += bytes
      advance(bytes)
    }
    const layer = await packLayer(plan, { cacheFolder: folder, signal: either, onProgress })
    ready += 1
    // What came from the cache, less what an archive has beside its contents.
    advance(contentBytes(plan) - told)
    return layer
  }
  return await sideBySide(signal, (either) => plans.map((plan) => pack(plan, either)))
}

function contentBytes({ entries }: LayerPlan): number {
  return entries.reduce((sum, entry) => sum + (entry.kind === 'file' ? entry.size : 0), 0)
}
