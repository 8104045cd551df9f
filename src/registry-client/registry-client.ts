import type { ResolvedModel } from '../core/resolved-model.ts'

export interface ResolveOptions {
  /** Ends a download under way; what is complete stays in the cache. */
  readonly signal?: AbortSignal
  /** What the URI leads to was found out a moment ago and stays the same: a whole copy of it is taken without asking anyone. */
  readonly takesCopy?: boolean
}

/** Finds models by their URIs, in a registry or on the disk, and sees that their files are on this machine. */
export interface RegistryClient {
  /** @throws ServingError whose text says what is there instead, where the model, version or alias is not */
  resolve(uri: string, options?: ResolveOptions): Promise<ResolvedModel>
  /** Ends its connections. Models that were resolved stay where they are as long as the process lives. */
  close(): Promise<void>
}
