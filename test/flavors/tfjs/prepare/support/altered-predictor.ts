import type { PredictOptions, Predictor } from '../../../../../src/core/predictor.ts'
import type { TensorMap } from '../../../../../src/core/tensor.ts'

/** A predictor whose answers are changed on their way. */
export function altered(
  predictor: Predictor,
  alter: (outputs: TensorMap, inputs: TensorMap) => TensorMap,
): Predictor {
  const { inputs, outputs, maxBatchRows, maxConcurrency, batchable } = predictor
  return {
    ...{ inputs, outputs, maxBatchRows, maxConcurrency, batchable },
    predict: async (given: TensorMap, options?: PredictOptions) =>
      alter(await predictor.predict(given, options), given),
    close: () => predictor.close(),
  }
}
