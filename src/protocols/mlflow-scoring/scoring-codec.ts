import type { InferenceRequest } from '../../core/inference.ts'
import type { TensorMap } from '../../core/tensor.ts'
import type { ScannedBody } from '../json-numbers/skeleton.ts'

/** The three media types that MLflow's scoring server reads, in the order of its message. */
export const SCORING_MEDIA_TYPES = ['text/csv', 'application/json', 'application/vnd.apache.parquet'] as const

export type ScoringMediaType = (typeof SCORING_MEDIA_TYPES)[number]

/**
 * How the reply will look, which MLflow's ONNX flavor decides by what it was fed: a frame is answered by a list
 * of records, arrays are answered by an object of nested lists; `bare-…` is the same without the
 * `{"predictions": …}` around it, for a unified LLM request.
 */
export type ReplyForm = 'records' | 'tensors' | 'bare-records' | 'bare-tensors'

export interface DecodedScoringRequest {
  readonly request: InferenceRequest
  readonly form: ReplyForm
}

/** Decoder and encoder of MLflow's scoring protocol, compiled for one model. */
export interface ScoringCodec {
  /**
   * Reads, checks and casts a request body as MLflow 3.17.2 does.
   * JSON is decoded at once; CSV and parquet asynchronously, since their readers load with the first such body.
   * @throws ServingError BAD_REQUEST, INVALID_PARAMETER_VALUE
   */
  decode(
    body: Uint8Array,
    mediaType: ScoringMediaType,
  ): DecodedScoringRequest | Promise<DecodedScoringRequest>

  /** The reply's JSON text, `{"predictions": …}`, in the number text of Python's `json.dumps`. */
  encode(outputs: TensorMap, form: ReplyForm): string
}

/** Reads JSON bodies in two ways, of which the first is for whoever has scanned the body already. */
export interface JsonBodyDecoder {
  /**
   * @param scanned by this thread's `numberScanner`, the last of its scans.
   * @returns undefined where `decodeUnscanned` must read the body.
   * @throws ServingError INVALID_PARAMETER_VALUE for parameters that the signature refuses
   */
  decodeScanned(scanned: ScannedBody): DecodedScoringRequest | undefined

  /** By the general path: the specification of the other. @throws ServingError BAD_REQUEST, INVALID_PARAMETER_VALUE */
  decodeUnscanned(body: Uint8Array): DecodedScoringRequest
}
