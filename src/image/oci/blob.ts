import type { Readable } from 'node:stream'

/** Bytes that are addressed by their digest: a layer, a configuration, a manifest (OCI image specification 1.1, descriptor.md). */
export interface Blob {
  readonly mediaType: string
  /** `sha256:` and 64 hex digits, of the bytes as they are stored. */
  readonly digest: string
  /** In bytes, as they are stored. */
  readonly size: number
  /** The bytes from their beginning, as often as it is called. */
  open(): Readable
  /** Where a registry has it already: a push to the same registry takes it from there. */
  readonly heldBy?: { readonly registry: string; readonly repository: string }
}

/** A layer, as it is stored and sent. */
export interface Layer extends Blob {
  /** `sha256:` and 64 hex digits, of the uncompressed archive. */
  readonly diffId: string
  /** What has made it, for the history of the image. */
  readonly createdBy: string
}
