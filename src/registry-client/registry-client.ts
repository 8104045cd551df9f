import type { ResolvedModel } from '../core/resolved-model.ts'

export interface ResolveOptions {
  /** Ends a download under way; what is complete stays in the cache. */
  readonly signal?: AbortSignal
}

/** Finds models by their URIs, in a registry or on the disk, and sees that their files are on this machine. */
export interface RegistryClient {
  /** @throws ServingError whose text says what is there instead, where the model, version or alias is not */
  resolve(uri: string, options?: ResolveOptions): Promise<ResolvedModel>
  /** Ends its connections. Models that were resolved stay where they are as long as the process lives. */
  close(): Promise<void>
}
