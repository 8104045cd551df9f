import { stat } from 'node:fs/promises'
import { invalidParameter, notFound } from '../../core/errors.ts'
import type { BaseImage } from '../image.ts'
import type { Platform } from '../platform.ts'
import { parseReference, referenceText } from './image-reference.ts'
import { BlobCache } from './pull/blob-cache.ts'
import { DockerArchiveSource } from './pull/docker-archive-source.ts'
import { FolderFiles } from './pull/folder-files.ts'
import type { ImageSource } from './pull/image-source.ts'
import { LayoutSource } from './pull/layout-source.ts'
import { readBase } from './pull/read-base.ts'
import { RegistrySource } from './pull/registry-source.ts'
import { TarFiles } from './pull/tar-files.ts'
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
  const base = await readBase(await sourceOf(text, options), platform)
  return LOCAL.test(text) ? base : { ...base, reference: referenceText(parseReference(text)) }
}

/** The transports of files and folders, as skopeo and podman call them. */
const LOCAL = /^(oci|oci-archive|docker-archive):(.*)$/s

async function sourceOf(text: string, options: OpenBaseOptions): Promise<ImageSource> {
  const [, transport, place = ''] = LOCAL.exec(text) ?? []
  if (transport === undefined) {
    return new RegistrySource(text, parseReference(text), options, new BlobCache(options.cacheFolder))
  }
  const { path, tag } = await splitPlace(text, place)
  const isFolder = (await stat(path)).isDirectory()
  if (isFolder !== (transport === 'oci')) {
    throw invalidParameter(
      `The base image ${text} cannot be used: ${path} is ${isFolder ? 'a folder, which is oci:' : 'a file, which is oci-archive:'}`,
    )
  }
  if (isFolder) return new LayoutSource(new FolderFiles(text, path), tag)
  const files = await TarFiles.read(text, path)
  return transport === 'oci-archive' ? new LayoutSource(files, tag) : new DockerArchiveSource(files, tag)
}

/** `PATH` or `PATH:TAG`: a path may hold colons, and what is there decides. */
async function splitPlace(text: string, place: string): Promise<{ path: string; tag: string | undefined }> {
  for (let end = place.length; end > 0; end = place.lastIndexOf(':', end - 1)) {
    const path = place.slice(0, end)
    const found = await stat(path).catch(() => undefined)
    if (found !== undefined) return { path, tag: end === place.length ? undefined : place.slice(end + 1) }
  }
  throw notFound(`The base image ${text} is not there`)
}
