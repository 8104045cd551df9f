import { invalidParameter } from '../../core/errors.ts'
import type { BaseImage, Healthcheck, Image, ImageConfig } from '../image.ts'
import type { Blob, Layer } from './blob.ts'
import { documentBlob } from './document-blob.ts'
import { CONFIG, MANIFEST } from './media-types.ts'

export interface ImageParts {
  readonly config: ImageConfig
  /** The lowest first. */
  readonly layers: readonly Layer[]
  readonly base?: BaseImage
  /** The epoch, unless it is set (SOURCE_DATE_EPOCH): equal contents make equal images. */
  readonly created?: Date
}

/**
 * Puts an image together: its configuration and its manifest (OCI image specification 1.1, config.md and manifest.md). The same parts make the
 * same digest. @throws ServingError INVALID_PARAMETER_VALUE for a base of another platform
 */
export function composeImage({ config, layers, base, created = new Date(0) }: ImageParts): Image {
  if (base !== undefined && base.platform !== config.platform) {
    throw invalidParameter(
      `The base image ${base.name} is for ${base.platform}, and the image is to be for ${config.platform}`,
    )
  }
  const all = [...(base?.layers ?? []), ...layers]
  const blob = documentBlob(CONFIG, configDocument({ config, layers: all, created, ...(base && { base }) }))
  const manifest = documentBlob(MANIFEST, {
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: descriptorOf(blob),
    layers: all.map(descriptorOf),
    ...(base && { annotations: baseAnnotations(base) }),
  })
  return { manifest, config: blob, layers: all }
}

/** What names a blob (descriptor.md). */
export function descriptorOf({ mediaType, digest, size }: Blob): Pick<Blob, 'mediaType' | 'digest' | 'size'> {
  return { mediaType, digest, size }
}

/** annotations.md, "Pre-Defined Annotation Keys". */
function baseAnnotations({ reference, digest }: BaseImage): Readonly<Record<string, string>> {
  return {
    ...(reference !== undefined && { 'org.opencontainers.image.base.name': reference }),
    'org.opencontainers.image.base.digest': digest,
  }
}

function configDocument({ config, layers, base, created }: ImageParts & { readonly created: Date }): unknown {
  const { platform, healthcheck } = config
  const [os, architecture] = platform.split('/')
  const at = created.toISOString().replace('.000Z', 'Z')
  return {
    created: at,
    architecture,
    os,
    config: {
      User: config.user,
      ExposedPorts: Object.fromEntries(config.ports.map((port) => [`${port}/tcp`, {}])),
      Env: assignments({ ...base?.environment, ...config.environment }),
      Entrypoint: config.entrypoint,
      Cmd: config.command,
      WorkingDir: config.workingFolder,
      Labels: sorted(config.labels),
      StopSignal: config.stopSignal,
      ...(healthcheck && { Healthcheck: healthcheckOf(healthcheck) }),
    },
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
    history: layers.map(({ createdBy }) => ({ created: at, created_by: createdBy })),
  }
}

function assignments(environment: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(sorted(environment)).map(([name, value]) => `${name}=${value}`)
}

function sorted(record: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(record).sort(([left], [right]) => (left < right ? -1 : 1)))
}

const NANOSECONDS = 1_000_000

/** As Docker writes it: OCI has no word for it, and keeps the field. */
function healthcheckOf({ command, intervalMs, timeoutMs, startPeriodMs, retries }: Healthcheck): unknown {
  return {
    Test: ['CMD', ...command],
    Interval: intervalMs * NANOSECONDS,
    Timeout: timeoutMs * NANOSECONDS,
    StartPeriod: startPeriodMs * NANOSECONDS,
    Retries: retries,
  }
}
