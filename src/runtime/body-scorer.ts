import type { PredictOptions } from '../core/predictor.ts'
import type { ScoringMediaType } from '../protocols/mlflow-scoring/scoring-codec.ts'

/** A body of `POST /invocations`. */
export interface MlflowBody {
  readonly protocol: 'mlflow-scoring'
  readonly mediaType: ScoringMediaType
}

/** A body of `POST /v2/models/NAME/infer`. */
export interface OpenInferenceBody {
  readonly protocol: 'open-inference'
  /** The model as the reply is to name it: a pool does not know under which name it is served. */
  readonly model: { readonly name: string; readonly version: string }
  /** Of `Inference-Header-Content-Length`: bytes of JSON before the binary tensors; undefined where all of it is JSON. */
  readonly headerLength: number | undefined
}

/** A body of `POST /v1/models/NAME:predict`. */
export interface V1Body {
  readonly protocol: 'v1'
}

/** A body of Azure ML's `POST /score`. */
export interface AzureMlBody {
  readonly protocol: 'azure-ml'
}

/** The protocol that a body is of, and what its headers say of it. Plain data: it crosses threads. */
export type BodyDialect = MlflowBody | OpenInferenceBody | V1Body | AzureMlBody

/** The body of the reply, in the dialect of the request's. */
export interface ScoredBody {
  /** Text is in UTF-8. */
  readonly octets: Uint8Array<ArrayBuffer>
  /** Bytes of JSON before the binary tensors of an Open Inference reply; undefined where there are none. */
  readonly headerLength: number | undefined
  /** By which the client named the request in its body, where it did. */
  readonly id?: string
}

/** Scores request bodies where the model runs: decoded, predicted and encoded there, so that no other thread waits. */
export interface BodyScorer {
  /** Smaller bodies are answered sooner where they were received. */
  readonly fromBytes: number
  /**
   * @param options `timing` is filled in with every stage.
   * @throws ServingError what the codec and the predictor throw.
   */
  score(body: Uint8Array, dialect: BodyDialect, options: PredictOptions): Promise<ScoredBody>
}
