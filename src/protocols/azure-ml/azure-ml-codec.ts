import type { TensorMap } from '../../core/tensor.ts'
import type { DecodedScoringRequest, ReplyForm, ScoringCodec } from '../mlflow-scoring/scoring-codec.ts'
import { readScoreBody } from './score-body.ts'

const BARE: Readonly<Record<ReplyForm, ReplyForm>> = {
  ...{ records: 'bare-records', tensors: 'bare-tensors' },
  ...{ 'bare-records': 'bare-records', 'bare-tensors': 'bare-tensors' },
}

/**
 * Azure ML's `/score` of MLflow models, in front of MLflow's codec: what was sent as `input_data` is answered by the
 * predictions alone, without the object around them. A body in one of MLflow's own forms is answered as by `/invocations`.
 */
export class AzureMlCodec {
  readonly #scoring: ScoringCodec

  constructor(scoring: ScoringCodec) {
    this.#scoring = scoring
  }

  /** @throws ServingError BAD_REQUEST, INVALID_PARAMETER_VALUE */
  decode(body: Uint8Array): DecodedScoringRequest | Promise<DecodedScoringRequest> {
    const given = readScoreBody(body)
    const decoded = this.#scoring.decode(given.bytes, 'application/json')
    if (!given.isInputData) return decoded
    return decoded instanceof Promise ? decoded.then(bare) : bare(decoded)
  }

  encode(outputs: TensorMap, form: ReplyForm): string {
    return this.#scoring.encode(outputs, form)
  }
}

function bare({ request, form }: DecodedScoringRequest): DecodedScoringRequest {
  return { request, form: BARE[form] }
}
