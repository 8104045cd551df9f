import type { ResolvedModel } from '../core/resolved-model.ts'

/** Finds models by their URIs, in a registry or on the disk. */
export interface RegistryClient {
  /** @throws ServingError whose text says what is there instead, where the model, version or alias is not */
  resolve(uri: string): Promise<ResolvedModel>
  close(): Promise<void>
}
