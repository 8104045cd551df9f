import type { Image } from '../image.ts'
import type { ImageReference } from './image-reference.ts'
import type { RegistryAccess } from './registry-access.ts'

/** How far a push is. */
export interface PushProgress {
  /** Of all blobs, those that were there included. */
  readonly doneBytes: number
  readonly totalBytes: number
  /** Blobs that had not to travel: the registry had them, here or in a repository it could take them from. */
  readonly blobsThere: number
  readonly blobsDone: number
  readonly blobs: number
}

export interface PushOptions extends RegistryAccess {
  readonly onProgress?: ((progress: PushProgress) => void) | undefined
}

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
  throw new Error(`${image.manifest.digest} ${reference.registry} ${options.plainHttp}`)
}
