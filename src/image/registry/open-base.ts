import type { BaseImage } from '../image.ts'
import type { Platform } from '../platform.ts'
import type { RegistryAccess } from './registry-access.ts'

export interface OpenBaseOptions extends RegistryAccess {
  /** Blobs of registries are kept in its folder `blobs`, by their digest. */
  readonly cacheFolder: string
}

/**
 * An image to build upon: a reference into a registry, `oci:FOLDER[:TAG]`, `oci-archive:FILE[:TAG]` or
 * `docker-archive:FILE[:NAME]`. Manifest and configuration are read at once; a layer of a registry is fetched when it
 * is first opened.
 * @throws ServingError RESOURCE_DOES_NOT_EXIST where there is no such image, INVALID_PARAMETER_VALUE where it cannot be
 *   built upon or is for another platform
 */
export async function openBase(
  text: string,
  platform: Platform,
  options: OpenBaseOptions,
): Promise<BaseImage> {
  throw new Error(`${text} ${platform} ${options.cacheFolder}`)
}
