/** Where a model was found. */
export interface ResolvedModel {
  /** The URI as it was given. */
  readonly uri: string
  /** `models:/iris@champion`, `models:/iris/3` (also where `latest` or a stage was asked for), or a path. */
  readonly canonicalUri: string
  /** Registered or logged model's name, or the folder's or file's. */
  readonly name: string
  /** Registered model version; undefined for a logged model or a path. */
  readonly version: string | undefined
  readonly alias: string | undefined
  /** Absolute path of the model's folder, or of a bare model file. */
  readonly path: string
}

/** Finds models by their URIs, in a registry or on the disk. */
export interface RegistryClient {
  /** @throws ServingError whose text says what is there instead, where the model, version or alias is not */
  resolve(uri: string): Promise<ResolvedModel>
  close(): Promise<void>
}
