import type { PredictOptions } from '../core/predictor.ts'
import type { ScoringMediaType } from '../protocols/mlflow-scoring/scoring-codec.ts'

/** Scores request bodies where the model runs: decoded, predicted and encoded there, so that no other thread waits. */
export interface BodyScorer {
  /** Smaller bodies are answered sooner where they were received. */
  readonly fromBytes: number
  /**
   * @param options `timing` is filled in with every stage.
   * @returns the reply's text in UTF-8.
   * @throws ServingError what the codec and the predictor throw.
   */
  score(body: Uint8Array, mediaType: ScoringMediaType, options: PredictOptions): Promise<Uint8Array>
}
