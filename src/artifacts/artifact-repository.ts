/** A file under the root of an artifact repository. */
export interface ArtifactFile {
  /** Relative to the root, with `/`. Foreign input: nothing is promised of it but that it is a text. */
  readonly path: string
  /** Undefined where the listing does not say. */
  readonly bytes: number | undefined
  /** As `ArtifactContent.validator`, where the listing gives it already. */
  readonly validator?: string
}

/** Content of a file on its way. */
export interface ArtifactContent {
  /** Ends early with an error where the connection breaks: a short file is never taken for a whole one. */
  readonly chunks: AsyncIterable<Uint8Array>
  /** Where in the file `chunks` begin: what was asked for, or 0 where the repository sends whole files only. */
  readonly offset: number
  /** Of the whole file; undefined where the answer does not say. */
  readonly bytes: number | undefined
  /** What changes when the content does (a strong ETag, or Last-Modified); undefined where there is none. */
  readonly validator: string | undefined
}

export interface OpenArtifactOptions {
  /**
   * Begin here, provided the content is still the one with this validator; otherwise the whole file comes.
   * (RFC 9110, sections 13.1.5 and 14.2)
   */
  readonly resume?: { readonly offset: number; readonly validator: string }
  readonly signal?: AbortSignal
}

/**
 * A tree of files somewhere: MLflow's `ArtifactRepository`, as far as reading goes. All methods throw ServingError:
 * RESOURCE_DOES_NOT_EXIST for what is not there, PERMISSION_DENIED or UNAUTHENTICATED, TEMPORARILY_UNAVAILABLE where
 * the other side does not answer after the retries of the connection.
 */
export interface ArtifactRepository {
  /** Root of the tree, without credentials: for messages, and as the identity of the tree. */
  readonly uri: string
  /** All files under the root, folders walked. Empty where there is nothing at all. */
  list(signal?: AbortSignal): Promise<readonly ArtifactFile[]>
  /** @param path one of those that `list` gave. */
  open(path: string, options?: OpenArtifactOptions): Promise<ArtifactContent>
}
