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
  readonly origin: ModelOrigin
}

/** How the files came to `path`. */
export interface ModelOrigin {
  /**
   * `local`: they are served from where they lie. `downloaded`: fetched just now. `cached`: fetched earlier, and the
   * registry says that they are still the ones. `offline`: fetched earlier, and the registry was not asked, or did
   * not answer.
   */
  readonly kind: 'local' | 'downloaded' | 'cached' | 'offline'
  /** Artifact URI or path of the files, without credentials. */
  readonly location: string
  /** The registry that named them, without credentials; undefined where the model URI itself did. */
  readonly registry: string | undefined
}
