import type { Readable } from 'node:stream'
import type { Layer } from '../../oci/blob.ts'
import type { Descriptor } from './descriptor.ts'

/** Where the parts of a base image come from: a registry, a layout, an archive. */
export interface ImageSource {
  /** As the user named it. */
  readonly name: string
  /** The manifest or index that the name stands for. */
  root(): Promise<ManifestText>
  manifest(descriptor: Descriptor): Promise<string>
  config(descriptor: Descriptor): Promise<string>
  /** A blob from its beginning; its end fails where the digest is not that of the bytes. */
  open(descriptor: Descriptor): Readable
  /** Whence a registry can take the layers. */
  readonly heldBy?: Layer['heldBy']
}

export interface ManifestText {
  readonly text: string
  readonly digest: string
}
