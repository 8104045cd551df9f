import type { Blob, Layer } from './oci/blob.ts'
import type { Platform } from './platform.ts'

/** What a container of an image runs, and how (OCI image specification 1.1, config.md; HEALTHCHECK as Docker writes it). */
export interface ImageConfig {
  readonly platform: Platform
  /** `1000:1000`. */
  readonly user: string
  readonly environment: Readonly<Record<string, string>>
  readonly entrypoint: readonly string[]
  readonly command: readonly string[]
  readonly workingFolder: string
  /** TCP ports. */
  readonly ports: readonly number[]
  readonly labels: Readonly<Record<string, string>>
  readonly healthcheck?: Healthcheck
  readonly stopSignal: string
}

export interface Healthcheck {
  /** As arguments, without a shell. */
  readonly command: readonly string[]
  readonly intervalMs: number
  readonly timeoutMs: number
  readonly startPeriodMs: number
  readonly retries: number
}

/** An image that all is known of: what is written to an archive, or sent to a registry. */
export interface Image {
  readonly manifest: Blob
  readonly config: Blob
  /** The lowest first. */
  readonly layers: readonly Layer[]
}

/** An image that another is built upon. */
export interface BaseImage {
  /** As the user named it. */
  readonly name: string
  /** Where a registry has it, in full, for what is kept of it in the image. Undefined for files of this machine: elsewhere they say nothing. */
  readonly reference?: string | undefined
  readonly digest: string
  readonly platform: Platform
  /** With OCI's media types, whatever the image's own are. */
  readonly layers: readonly Layer[]
  readonly environment: Readonly<Record<string, string>>
}
