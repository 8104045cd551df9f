import type { LayerEntry, LayerPlan } from '../layer-plan.ts'
import type { Layer } from './blob.ts'
import { Meter } from './digest.ts'
import { gzipped } from './gzip.ts'
import { tarOf } from './tar.ts'

/** What is known of a layer when its bytes have passed once. */
export type PackedLayer = Pick<Layer, 'digest' | 'size' | 'diffId'>

/** A layer on its way. */
export interface LayerArchive {
  /** As they are stored; to be read once. */
  readonly bytes: AsyncIterable<Uint8Array>
  /** To be asked once, when all of them have been read. */
  result(): PackedLayer
}

/** Packs entries in the order given. @param watch sees the uncompressed archive pass */
export function layerArchive(
  entries: readonly LayerEntry[],
  compression: LayerPlan['compression'],
  watch: (source: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>,
): LayerArchive {
  const plain = new Meter()
  const tar = plain.watch(watch(tarOf(entries)))
  if (compression === 'gzip') {
    const stored = new Meter()
    const result = (): PackedLayer => ({ ...stored.result(), diffId: plain.result().digest })
    return { bytes: stored.watch(gzipped(tar)), result }
  }
  const result = (): PackedLayer => {
    const { digest, size } = plain.result()
    return { digest, size, diffId: digest }
  }
  return { bytes: tar, result }
}
