import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { LayerPlan } from '../layer-plan.ts'
import type { Layer } from './blob.ts'
import { checked, drain } from './digest.ts'
import { type LayerArchive, layerArchive } from './layer-archive.ts'
import { keepLayer, keptLayer } from './layer-cache.ts'
import { layerTree } from './layer-tree.ts'
import { LAYER, LAYER_GZIP } from './media-types.ts'

export interface PackOptions {
  /** Folder of Headrace's cache: layers that have a key are kept in its `layers`. */
  readonly cacheFolder: string
  readonly signal: AbortSignal
  /** Told how many bytes of the uncompressed archive have been packed since it was told last; not when they are read again. */
  readonly onProgress?: (bytes: number) => void
}

/**
 * Packs a layer: finds its digests, and where they can be found again, its bytes. A layer with a key comes from the cache, or goes there;
 * any other is packed anew each time it is read, and then must come out as it did here. Memory does not grow with the layer.
 * @throws ServingError INVALID_PARAMETER_VALUE for paths that no layer may have, INVALID_STATE for a cache that cannot be written
 */
export async function packLayer(plan: LayerPlan, options: PackOptions): Promise<Layer> {
  const entries = layerTree(plan.entries)
  const { title, compression, cacheKey } = plan
  const { signal } = options
  const pack = (told: PackOptions['onProgress']): LayerArchive =>
    layerArchive(entries, compression, (source) => watched(source, signal, told))
  const common = { mediaType: compression === 'gzip' ? LAYER_GZIP : LAYER, createdBy: `headrace: ${title}` }
  if (cacheKey !== undefined && compression === 'gzip') {
    const place = { folder: layersFolder(options.cacheFolder), title, key: cacheKey }
    const layer = (await keptLayer(place)) ?? (await keepLayer(place, pack(options.onProgress)))
    return { ...common, ...layer }
  }
  const archive = pack(options.onProgress)
  await drain(archive.bytes)
  const packed = archive.result()
  const again = (): AsyncIterable<Uint8Array> =>
    checked(pack(undefined).bytes, packed, `The layer '${title}'`)
  return { ...common, ...packed, open: () => Readable.from(again(), { objectMode: false }) }
}

/** Where layers are kept in a cache. */
export function layersFolder(cacheFolder: string): string {
  return join(cacheFolder, 'layers')
}

async function* watched(
  source: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
  onProgress: PackOptions['onProgress'],
): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    signal.throwIfAborted()
    onProgress?.(chunk.length)
    yield chunk
  }
}
