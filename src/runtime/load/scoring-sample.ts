import { badRequest } from '../../core/errors.ts'
import type { Predictor } from '../../core/predictor.ts'
import { allocate, elementCount, type Tensor, type TensorMap } from '../../core/tensor.ts'
import { rowCount, sliceRows } from '../../core/tensor-rows.ts'
import {
  SCORING_MEDIA_TYPES,
  type ScoringCodec,
  type ScoringMediaType,
} from '../../protocols/mlflow-scoring/scoring-codec.ts'

/** A request body that a model brings along. */
export interface SampleBody {
  readonly mediaType: ScoringMediaType
  readonly body: Uint8Array
}

/** @throws ServingError BAD_REQUEST where MLflow's scoring server does not read this content type. */
export function mediaTypeOf(contentType: string): ScoringMediaType {
  const essence = contentType.split(';', 1)[0]!.trim().toLowerCase()
  const found = SCORING_MEDIA_TYPES.find((type) => type === essence)
  if (found === undefined) throw badRequest(`There is no decoder for content type '${contentType}'`)
  return found
}

/** One row to time the model with: of the first body that can be decoded, else zeros, else undefined. */
export async function oneRow(
  bodies: readonly SampleBody[],
  codec: ScoringCodec,
  predictor: Predictor,
): Promise<TensorMap | undefined> {
  for (const { body, mediaType } of bodies) {
    try {
      const { request } = await codec.decode(body, mediaType)
      const several = predictor.batchable && rowCount(request.inputs) > 1
      return several ? sliceRows(request.inputs, 0, 1) : request.inputs
    } catch {
      // A recorded refusal, or an example that does not fit: the next one may.
    }
  }
  return zeros(predictor)
}

/** A row of zeros, for inputs that are plain numbers of a known size. */
function zeros({ inputs }: Predictor): TensorMap | undefined {
  const tensors = new Map<string, Tensor>()
  for (const { name, datatype, shape } of inputs) {
    if (datatype === 'BYTES' || shape.slice(1).some((dim) => dim < 0)) return undefined
    const one = shape.map((dim) => (dim < 0 ? 1 : dim))
    tensors.set(name, { datatype, shape: one, data: allocate(datatype, elementCount(one)) } as Tensor)
  }
  return tensors
}
