import type { InferenceRequest } from '../../core/inference.ts'
import type { TensorMap } from '../../core/tensor.ts'
import type { CsvBlock } from './csv/csv-block.ts'
import type { SeenColumns } from './csv/csv-block-reader.ts'
import type { CsvLayout } from './csv/csv-layout.ts'
import type { Frame } from './frame.ts'
import type { PyValue } from './python/python-value.ts'

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

export interface CsvDecoderInit {
  readonly layout: CsvLayout
  /** What the first pass has seen of the whole file; needed by a decoder that `needsWholeFile`. */
  readonly seen?: SeenColumns
  /** For models with parameters, which CSV has no room for; as `readJson` gives them. */
  readonly params?: PyValue
}

/** Decoder of one CSV file for one model, block by block: each block is a request of its own. */
export interface CsvDecoder {
  /** Some column's dtype is inferred from all of its cells: `look` at all blocks first, then make a decoder again. */
  readonly needsWholeFile: boolean

  /** Parts of a file may be looked at in any order and are put together by `joinSeenColumns`. */
  look(block: CsvBlock): SeenColumns

  /**
   * @throws ServingError BAD_REQUEST, INVALID_PARAMETER_VALUE; where one row is to blame the details have the `row`
   *   in the block, from 0, and mostly the `line` of the file, from 1.
   */
  decode(block: CsvBlock): DecodedScoringRequest
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

  /**
   * Checks and casts rows that were read elsewhere.
   * @param params as `readJson` gives them.
   * @throws ServingError INVALID_PARAMETER_VALUE, BAD_REQUEST
   */
  decodeFrame(frame: Frame, params?: PyValue): DecodedScoringRequest

  /** @throws ServingError INVALID_PARAMETER_VALUE for a file without a column that the model must have. */
  csvDecoder(init: CsvDecoderInit): Promise<CsvDecoder>

  /** The reply's JSON text, `{"predictions": …}`, in the number text of Python's `json.dumps`. */
  encode(outputs: TensorMap, form: ReplyForm): string
}
