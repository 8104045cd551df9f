import { buffer } from 'node:stream/consumers'
import { invalidParameter } from '../../core/errors.ts'
import type { Image } from '../image.ts'
import type { Blob } from '../oci/blob.ts'
import { digestOf } from '../oci/digest.ts'
import { type ImageReference, manifestKey } from './image-reference.ts'
import { checkDigest, pushBlob } from './push/push-blob.ts'
import { PushMeter, type PushProgress } from './push/push-meter.ts'
import type { RegistryAccess } from './registry-access.ts'
import { RegistryConnection } from './registry-connection.ts'

export interface PushOptions extends RegistryAccess {
  readonly onProgress?: ((progress: PushProgress) => void) | undefined
  /** Of one request of an upload, in bytes; a blob of more travels in several. Default 32 MiB. */
  readonly chunkBytes?: number | undefined
}

/** Uploads side by side: more gain little, and registries limit them. */
const UPLOADS = 4
const CHUNK_BYTES = 32 * 1024 * 1024

/**
 * Sends an image to a registry (distribution specification 1.1, "Push"). Only blobs that it has not travel; the manifest
 * goes last, so that what can be pulled is complete.
 * @returns the digest of the manifest, by which anyone can name this image and no other
 * @throws ServingError with host, repository, status and the registry's own words
 */
export async function pushImage(
  image: Image,
  reference: ImageReference,
  options: PushOptions = {},
): Promise<{ readonly digest: string }> {
  const { digest } = image.manifest
  if (reference.digest !== undefined && reference.digest !== digest) {
    throw invalidParameter(`The image to be pushed is ${digest}, and its name says ${reference.digest}`)
  }
  const blobs = blobsOnce([...image.layers, image.config])
  const connection = new RegistryConnection(reference, options, scopesFor(reference, blobs))
  try {
    await pushBlobs(connection, blobs, options)
    await pushManifest(connection, image.manifest, manifestKey(reference))
  } finally {
    await connection.close()
  }
  return { digest }
}

/**
 * Asks a registry what a push asks first, for a blob that it may have or not: whether it is there and lets us in is seen before an
 * image was built for it. A right to read alone is not told from one to write.
 * @throws ServingError as `pushImage`
 */
export async function checkRegistry(reference: ImageReference, access: RegistryAccess = {}): Promise<void> {
  const connection = new RegistryConnection(reference, access, scopesFor(reference, []))
  const target = `/blobs/${digestOf('')}`
  try {
    await connection.status({ method: 'HEAD', target, what: 'the first request', statuses: [200, 404] })
  } finally {
    await connection.close()
  }
}

/** Each blob once; of equal ones that which the registry has somewhere. */
function blobsOnce(blobs: readonly Blob[]): readonly Blob[] {
  const once = new Map<string, Blob>()
  for (const blob of blobs) {
    if (once.get(blob.digest)?.heldBy === undefined) once.set(blob.digest, blob)
  }
  return [...once.values()]
}

/** To write here, and to read where layers are taken from. */
function scopesFor({ registry, repository }: ImageReference, blobs: readonly Blob[]): readonly string[] {
  const others = blobs.flatMap(({ heldBy }) =>
    heldBy?.registry === registry && heldBy.repository !== repository ? [heldBy.repository] : [],
  )
  const pulls = [...new Set(others)].map((other) => `repository:${other}:pull`)
  return [`repository:${repository}:pull,push`, ...pulls]
}

/** The first that fails ends the others. */
async function pushBlobs(
  connection: RegistryConnection,
  blobs: readonly Blob[],
  { signal: outer, onProgress, chunkBytes = CHUNK_BYTES }: PushOptions,
): Promise<void> {
  const failed = new AbortController()
  const signal = outer === undefined ? failed.signal : AbortSignal.any([outer, failed.signal])
  const meter = new PushMeter(blobs, onProgress)
  const waiting = blobs.values()
  const uploads = Array.from({ length: UPLOADS }, async () => {
    for (const blob of waiting) {
      const onSent = (bytes: number): void => meter.sent(blob, bytes)
      meter.done(await pushBlob(connection, blob, { chunkBytes, signal, onSent }))
    }
  })
  try {
    await Promise.all(uploads)
  } catch (error) {
    failed.abort()
    await Promise.allSettled(uploads)
    throw error
  }
}

async function pushManifest(connection: RegistryConnection, manifest: Blob, key: string): Promise<void> {
  const text = (await buffer(manifest.open())).toString('utf8')
  const { headers } = await connection.status({
    method: 'PUT',
    target: `/manifests/${key}`,
    headers: { 'content-type': manifest.mediaType },
    body: text,
    what: `manifest ${key}`,
    statuses: [201],
  })
  checkDigest(headers['docker-content-digest'], manifest.digest, connection.place)
}
