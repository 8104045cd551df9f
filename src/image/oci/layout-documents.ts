import type { Image } from '../image.ts'
import type { Blob } from './blob.ts'
import { descriptorOf } from './compose-image.ts'
import { INDEX } from './media-types.ts'

/** The documents of an OCI image layout (specification 1.1, image-layout.md), and what Docker asks for beside them. */

export const LAYOUT_FILE = 'oci-layout'
export const INDEX_FILE = 'index.json'
export const LAYOUT = JSON.stringify({ imageLayoutVersion: '1.0.0' })

export const REFERENCE_NAME = 'org.opencontainers.image.ref.name'

/** What stands in an index for an image. `name` is a full one: podman takes it as it is, and containerd by a key of its own. */
export function indexEntry(image: Image, name: string): unknown {
  return {
    ...descriptorOf(image.manifest),
    annotations: { 'io.containerd.image.name': name, [REFERENCE_NAME]: name },
  }
}

export function indexDocument(entries: readonly unknown[]): unknown {
  return { schemaVersion: 2, mediaType: INDEX, manifests: entries }
}

/** `blobs/sha256/…`. */
export function blobPath({ digest }: Pick<Blob, 'digest'>): string {
  return `blobs/${digest.replace(':', '/')}`
}

/** Each once, however many layers are equal. */
export function blobsOf(image: Image): readonly Blob[] {
  const blobs = [image.manifest, image.config, ...image.layers]
  return [...new Map(blobs.map((blob) => [blob.digest, blob])).values()]
}

/** `manifest.json`, which `docker load` reads before Docker 25 (moby, image/spec/v1.2.md, "Combined Image JSON + Filesystem Changeset Format"). */
export function dockerManifest(image: Image, name: string): unknown {
  return [{ Config: blobPath(image.config), RepoTags: [name], Layers: image.layers.map(blobPath) }]
}
