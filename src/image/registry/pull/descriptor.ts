import { invalidParameter, messageOf } from '../../../core/errors.ts'
import { isRecord } from '../../../core/record.ts'
import { REFERENCE_NAME } from '../../oci/layout-documents.ts'
import { INDEX, MANIFEST } from '../../oci/media-types.ts'
import type { Platform } from '../../platform.ts'

/** What a manifest or an index says of a blob (OCI image specification 1.1, descriptor.md). */
export interface Descriptor {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
}

/** Of an image for one platform. */
export interface Manifest {
  readonly kind: 'manifest'
  readonly config: Descriptor
  readonly layers: readonly Descriptor[]
}

/** Of images for several platforms, or of a layout with several names. */
export interface Index {
  readonly kind: 'index'
  readonly manifests: readonly IndexEntry[]
}

export interface IndexEntry extends Descriptor {
  /** `linux/amd64`; left out where the index does not say. */
  readonly platform?: string
  /** The name that a layout has for it (`org.opencontainers.image.ref.name`). */
  readonly refName?: string
}

const INDEX_TYPES: ReadonlySet<unknown> = new Set([
  INDEX,
  'application/vnd.docker.distribution.manifest.list.v2+json',
])

const MANIFEST_TYPES: ReadonlySet<unknown> = new Set([
  MANIFEST,
  'application/vnd.docker.distribution.manifest.v2+json',
])

/** For an Accept header. */
export const MANIFEST_MEDIA_TYPES = [...INDEX_TYPES, ...MANIFEST_TYPES].join(', ')

/**
 * Reads a manifest or an index, as OCI or Docker (schema 2) writes them.
 * @param name of the image, for messages
 * @throws ServingError INVALID_PARAMETER_VALUE where it is neither
 */
export function readManifest(text: string, name: string): Manifest | Index {
  const document = readJson(text, name)
  const { mediaType, manifests, config, layers } = document
  if (INDEX_TYPES.has(mediaType) || (mediaType === undefined && Array.isArray(manifests))) {
    if (!Array.isArray(manifests)) throw unusable(name, "its index has no list 'manifests'")
    return { kind: 'index', manifests: manifests.map((entry: unknown) => readEntry(entry, name)) }
  }
  if (mediaType !== undefined && !MANIFEST_TYPES.has(mediaType)) {
    throw unusable(name, `its manifest is of a kind that no image has (${textOr(mediaType, 'no text')})`)
  }
  if (!Array.isArray(layers)) throw unusable(name, "its manifest has no list 'layers'")
  return {
    kind: 'manifest',
    config: readDescriptor(config, name),
    layers: layers.map((layer: unknown) => readDescriptor(layer, name)),
  }
}

/** The entry for a platform; the only one where none names a platform. */
export function entryFor({ manifests }: Index, platform: Platform, name: string): IndexEntry {
  const found = manifests.find((entry) => entry.platform === platform)
  if (found !== undefined) return found
  const [only] = manifests
  if (only !== undefined && manifests.length === 1 && only.platform === undefined) return only
  const names = manifests.flatMap(({ refName }) => refName ?? [])
  if (names.length > 1)
    throw unusable(name, `it holds several images: put :TAG behind it (${names.join(', ')})`)
  const there = [...new Set(manifests.flatMap((entry) => entry.platform ?? []))].filter(
    (known) => known !== 'unknown/unknown',
  )
  const list = there.length === 0 ? 'no platform' : there.join(', ')
  throw unusable(name, `it is not there for ${platform} (it is for ${list})`)
}

/** @throws ServingError INVALID_PARAMETER_VALUE where it is no JSON object */
export function readJson(text: string, name: string): Readonly<Record<string, unknown>> {
  const value = parseJson(text, name)
  if (!isRecord(value)) throw unusable(name, 'where a JSON object belongs there is something else')
  return value
}

/** @throws ServingError INVALID_PARAMETER_VALUE where it is no JSON */
export function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw unusable(name, `where JSON belongs there is something else (${messageOf(cause)})`)
  }
}

/** `linux/amd64`, of an entry of an index or of a configuration. */
export function platformOf({ os, architecture }: Readonly<Record<string, unknown>>): string {
  return `${textOr(os, 'unknown')}/${textOr(architecture, 'unknown')}`
}

/** Whether a text names a blob, in the one way that is taken: it becomes the name of a file. */
export function isDigest(text: unknown): text is string {
  return typeof text === 'string' && /^sha256:[0-9a-f]{64}$/.test(text)
}

/** An image that cannot be built upon. */
export function unusable(name: string, reason: string): Error {
  return invalidParameter(`The base image ${name} cannot be used: ${reason}`, { image: name })
}

function readEntry(value: unknown, name: string): IndexEntry {
  const descriptor = readDescriptor(value, name)
  const { platform, annotations } = isRecord(value) ? value : {}
  const refName = isRecord(annotations) ? annotations[REFERENCE_NAME] : undefined
  return {
    ...descriptor,
    ...(isRecord(platform) ? { platform: platformOf(platform) } : {}),
    ...(typeof refName === 'string' ? { refName } : {}),
  }
}

function readDescriptor(value: unknown, name: string): Descriptor {
  const { mediaType, digest, size } = isRecord(value) ? value : {}
  if (typeof mediaType !== 'string' || typeof digest !== 'string') {
    throw unusable(name, 'its manifest holds an entry without media type and digest')
  }
  if (!isDigest(digest)) throw unusable(name, `'${digest}' is no digest of SHA-256`)
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
    throw unusable(name, `the size of ${digest} is not told`)
  }
  return { mediaType, digest, size }
}

function textOr(value: unknown, other: string): string {
  return typeof value === 'string' ? value : other
}
