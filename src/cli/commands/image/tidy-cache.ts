import type { Logger } from 'pino'
import { messageOf } from '../../../core/errors.ts'
import { pruneLayers } from '../../../image/oci/layer-cache.ts'
import { layersFolder } from '../../../image/oci/pack-layer.ts'
import { removeUnusedPackages } from '../../../image/packages/fetch-package.ts'
import { BlobCache } from '../../../image/registry/pull/blob-cache.ts'

/** Layers of some dozen versions; a set for one engine takes 63 MB. */
const MAX_LAYER_BYTES = 2 * 1024 ** 3

/** A base that is built upon once a month is still there. */
const UNUSED_MS = 31 * 24 * 60 * 60 * 1000

/**
 * Removes from the cache what images have left in it that is too much, or too old: after an image was delivered, since until then
 * what it is made of may be read. Never throws: the image is there.
 */
export async function tidyCache(folder: string, logger: Logger): Promise<void> {
  try {
    await pruneLayers(layersFolder(folder), MAX_LAYER_BYTES)
    await new BlobCache(folder).removeUnused(UNUSED_MS)
    await removeUnusedPackages(folder, UNUSED_MS)
  } catch (error) {
    logger.warn(`Old files of images stay in the cache at ${folder}: ${messageOf(error)}`)
  }
}
