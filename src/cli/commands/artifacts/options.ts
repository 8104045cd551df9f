import type { TrackingOptions } from '../../tracking/command.ts'

export interface ListOptions extends TrackingOptions {
  readonly runId?: string
  readonly artifactPath?: string
  readonly artifactUri?: string
}

export interface DownloadOptions extends ListOptions {
  readonly dstPath?: string
}

export interface UploadOptions extends TrackingOptions {
  readonly runId: string
  readonly artifactPath?: string
}

export interface LogOptions extends UploadOptions {
  readonly localFile?: string
  readonly localDir?: string
}
