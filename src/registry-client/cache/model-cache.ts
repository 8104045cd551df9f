import type { ArtifactRepository } from '../../artifacts/artifact-repository.ts'

/** Where the cache reports to; a pino logger is one. */
export interface CacheLog {
  info(facts: object, message: string): void
  warn(facts: object, message: string): void
}

/** How far a download is. */
export interface DownloadProgress {
  readonly files: number
  readonly totalFiles: number
  readonly bytes: number
  /** Grows where the listing does not give sizes. */
  readonly totalBytes: number
}

export interface FetchRequest {
  readonly repository: ArtifactRepository
  /** Identity of the content's place: equal for equal `registry` and artifact location. */
  readonly key: string
  readonly onProgress?: (progress: DownloadProgress) => void
  readonly signal?: AbortSignal
}

/** A model's files in the cache, complete and checked. They stay as long as this process lives. */
export interface CachedModel {
  readonly path: string
  readonly files: number
  readonly bytes: number
  /** False where nothing had to be transferred. */
  readonly downloaded: boolean
}

/** What a model URI led to when its registry was last asked: what a start without the registry goes by. */
export interface RememberedModel {
  readonly registry: string | undefined
  readonly uri: string
  readonly canonicalUri: string
  readonly name: string
  readonly version: string | undefined
  readonly alias: string | undefined
  readonly location: string
  readonly key: string
  /** Epoch milliseconds. */
  readonly resolvedAt: number
}

/** Files of models that were downloaded, by where they came from. Safe for several processes at once. */
export interface ModelCache {
  /** Compares what is there with the repository's listing and transfers what differs. @throws ServingError */
  fetch(request: FetchRequest): Promise<CachedModel>
  /** What is there, checked by its digests, without asking anyone; undefined where it is missing or damaged. */
  find(key: string): Promise<CachedModel | undefined>
  remember(model: RememberedModel): Promise<void>
  recall(registry: string | undefined, uri: string): Promise<RememberedModel | undefined>
  /** Everything that could be served without a registry. */
  remembered(): Promise<readonly RememberedModel[]>
}
