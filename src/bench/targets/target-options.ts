import type { ModelSignature } from '../../signature/model-signature.ts'
import type { Dialect } from '../target.ts'

/** How a target is found, and what it is asked. */
export interface TargetOptions {
  /** Shown in tables; the URL's host unless set. */
  readonly name?: string | undefined
  /**
   * Files with bodies, each with its share behind it where it is not 1: `small.json`, `large.json=0.25`. With any of
   * them nothing is asked for: they go to the path of the URL, or to the one of the dialect.
   */
  readonly payloadFiles: readonly string[]
  /** Of the payload files; by their extensions unless set. */
  readonly contentType?: string | undefined
  /** Default: the one of the server that is found there; of a URL with a path the one that its path tells. */
  readonly dialect?: Dialect | undefined
  /** V2 with tensors as bytes behind the JSON, in requests and answers. (Binary Tensor Data Extension) */
  readonly binary?: boolean | undefined
  /** Which of the server's models; the first that is ready unless set. */
  readonly modelName?: string | undefined
  readonly modelVersion?: string | undefined
  /** What is known of the model from elsewhere, as from its folder: nothing of it is asked for then. */
  readonly model?: KnownModel | undefined
  /** Of each request; 1 unless set. Rows of CSV and parquet files are put together to so many. */
  readonly rows?: number | undefined
  /** Different bodies that are generated, so that no cache flatters; 64 unless set. */
  readonly variants?: number | undefined
  /** Equal seeds give equal bodies; 1 unless set. */
  readonly seed?: number | undefined
  /** What an answer has to be; `predictions` where bodies are generated, else `status`, unless set. */
  readonly check?: CheckKind | undefined
  /** File with the right answers: one of JSON for all bodies, or lines of JSON, one for each body in turn. */
  readonly goldenFile?: string | undefined
  /** Of golden answers; 1e-3 unless set. */
  readonly relativeTolerance?: number | undefined
  /** Of all requests: credentials. */
  readonly headers: Readonly<Record<string, string>>
  /** Any certificate of the server will do. */
  readonly insecure?: boolean | undefined
  /** Ends the search. */
  readonly signal?: AbortSignal | undefined
}

/** The status alone; as many predictions as rows, all finite; the values of a first answer. */
export type CheckKind = 'status' | 'predictions' | 'golden'

/** What a model's folder tells. */
export interface KnownModel {
  readonly signature: ModelSignature | undefined
  /** The JSON value of its `serving_input_example.json`, or of an `input_example.json`. */
  readonly example?: unknown
}
