import { badRequest } from '../../../src/core/errors.ts'
import type { TensorMap } from '../../../src/core/tensor.ts'
import type { ScoringCodec } from '../../../src/protocols/mlflow-scoring/scoring-codec.ts'
import { column, doubled } from './fake-model.ts'

/** Reads `[1, 2]` into the input of the doubling model, and writes `{"predictions": [2.0, 4.0]}`. */
export const FAKE_CODEC: ScoringCodec = {
  decode(body) {
    const values: unknown = JSON.parse(new TextDecoder().decode(body))
    if (!Array.isArray(values)) throw badRequest('The body is not a list')
    return {
      request: { inputs: column(...values), parameters: new Map() },
      form: 'tensors',
    }
  },
  encode(outputs: TensorMap) {
    const texts = doubled(outputs).map((value) =>
      Number.isInteger(value) ? value.toFixed(1) : String(value),
    )
    return `{"predictions": [${texts.join(', ')}]}`
  },
}
