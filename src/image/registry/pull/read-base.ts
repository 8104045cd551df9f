import { isRecord } from '../../../core/record.ts'
import type { BaseImage } from '../../image.ts'
import type { Layer } from '../../oci/blob.ts'
import { LAYER, LAYER_GZIP } from '../../oci/media-types.ts'
import type { Platform } from '../../platform.ts'
import {
  type Descriptor,
  entryFor,
  isDigest,
  type Manifest,
  platformOf,
  readJson,
  readManifest,
  unusable,
} from './descriptor.ts'
import type { ImageSource } from './image-source.ts'

/** Docker's names of layers, which hold the same bytes as OCI's. */
const LAYER_ZSTD = `${LAYER}+zstd`
const DOCKER_LAYER = 'application/vnd.docker.image.rootfs.diff.tar'
const LAYER_TYPES: ReadonlyMap<string, string> = new Map([
  ...[LAYER, LAYER_GZIP, LAYER_ZSTD].map((type) => [type, type] as const),
  [DOCKER_LAYER, LAYER],
  [`${DOCKER_LAYER}.gzip`, LAYER_GZIP],
  [`${DOCKER_LAYER}.zstd`, LAYER_ZSTD],
])

/** @throws ServingError INVALID_PARAMETER_VALUE where the image is for another platform, or cannot be built upon */
export async function readBase(source: ImageSource, platform: Platform): Promise<BaseImage> {
  const { name } = source
  const { manifest, digest } = await findManifest(source, platform)
  const config = readJson(await source.config(manifest.config), name)
  const made = platformOf(config)
  if (made !== platform) throw unusable(name, `it is for ${made}, and ${platform} is wanted`)
  return {
    name,
    digest,
    platform,
    layers: readLayers(source, manifest, config),
    environment: readEnvironment(config),
  }
}

async function findManifest(
  source: ImageSource,
  platform: Platform,
): Promise<{ readonly manifest: Manifest; readonly digest: string }> {
  let { text, digest } = await source.root()
  // A layout's index may lead to an index of platforms; more does not occur.
  for (let depth = 0; depth < 3; depth++) {
    const document = readManifest(text, source.name)
    if (document.kind === 'manifest') return { manifest: document, digest }
    const entry = entryFor(document, platform, source.name)
    text = await source.manifest(entry)
    digest = entry.digest
  }
  throw unusable(source.name, 'its index leads to no manifest')
}

function readLayers(
  source: ImageSource,
  { layers }: Manifest,
  config: Readonly<Record<string, unknown>>,
): readonly Layer[] {
  const { rootfs } = config
  const diffIds: unknown = isRecord(rootfs) ? rootfs['diff_ids'] : undefined
  if (!Array.isArray(diffIds) || diffIds.length !== layers.length) {
    throw unusable(source.name, 'its configuration does not list the layers that its manifest has')
  }
  const makers = readMakers(config)
  return layers.map((descriptor, index) => {
    const diffId: unknown = diffIds[index]
    if (!isDigest(diffId))
      throw unusable(source.name, "a 'diff_id' of its configuration is no digest of SHA-256")
    return layerOf(source, descriptor, diffId, makers[index] ?? '')
  })
}

function layerOf(source: ImageSource, descriptor: Descriptor, diffId: string, createdBy: string): Layer {
  const mediaType = LAYER_TYPES.get(descriptor.mediaType)
  if (mediaType === undefined) {
    throw unusable(
      source.name,
      `it has a layer of a kind that may not be passed on (${descriptor.mediaType})`,
    )
  }
  const { digest, size } = descriptor
  // A layer that was cut off when its archive was written, as by a full disk, shows here.
  if (mediaType === LAYER && digest !== diffId) {
    throw unusable(source.name, `its configuration says ${diffId} of the layer ${digest}`)
  }
  const held = source.heldBy === undefined ? {} : { heldBy: source.heldBy }
  return { mediaType, digest, size, diffId, createdBy, open: () => source.open(descriptor), ...held }
}

/** Of each layer: the history has entries without one besides. */
function readMakers({ history }: Readonly<Record<string, unknown>>): readonly string[] {
  const entries: readonly unknown[] = Array.isArray(history) ? history : []
  return entries
    .filter(isRecord)
    .filter((entry) => entry['empty_layer'] !== true)
    .map(({ created_by: maker }) => (typeof maker === 'string' ? maker : ''))
}

function readEnvironment({ config }: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const lines: unknown = isRecord(config) ? config['Env'] : undefined
  const pairs = (Array.isArray(lines) ? lines : []).flatMap((line: unknown) => {
    // No program can be started with a zero byte in a variable.
    if (typeof line !== 'string' || line.includes('\0')) return []
    const at = line.indexOf('=')
    return at > 0 ? [[line.slice(0, at), line.slice(at + 1)] as const] : []
  })
  return Object.fromEntries(pairs)
}
