import type { ServingError } from '../../core/errors.ts'
import type { PredictOptions, Predictor } from '../../core/predictor.ts'
import type { TensorMap } from '../../core/tensor.ts'

/**
 * Whoever asks a batcher and is told its answer by a call instead of a promise: once, by one of the two, which must
 * not throw, since other calls of the same run are told after it.
 */
export interface BatchCaller {
  readonly inputs: TensorMap
  readonly options: PredictOptions
  /** @param endedAt when the run ended, `performance.now()`. */
  answered(outputs: TensorMap, endedAt: number): void
  failed(error: ServingError): void
}

/** A predictor that may be asked without a promise as well. */
export interface CallTaker extends Predictor {
  submit?(caller: BatchCaller): void
}

interface Settling {
  readonly resolve: (outputs: TensorMap) => void
  readonly reject: (error: ServingError) => void
}

/** A caller that waits for a promise. */
export class PromisedCaller implements BatchCaller {
  readonly inputs: TensorMap
  readonly options: PredictOptions
  readonly #settling: Settling

  constructor(inputs: TensorMap, options: PredictOptions, settling: Settling) {
    this.inputs = inputs
    this.options = options
    this.#settling = settling
  }

  answered(outputs: TensorMap): void {
    this.#settling.resolve(outputs)
  }

  failed(error: ServingError): void {
    this.#settling.reject(error)
  }
}
