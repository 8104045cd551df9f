/** Where a model came from, as its URI was resolved. */
export interface ResolvedModel {
  /** The URI as it was given. */
  readonly uri: string
  /**
   * Canonical form for logs and metrics: `models:/iris@champion`, `models:/iris/3` (also where `latest` or a stage
   * was asked for), or a path.
   */
  readonly canonicalUri: string
  /** Registered or logged model's name, or the folder's or file's. */
  readonly name: string
  /** Registered model version; undefined for a logged model or a path. */
  readonly version: string | undefined
  readonly alias: string | undefined
  /** Absolute path of a model folder (with an MLmodel file) or of a bare model file. */
  readonly path: string
}
