import type { OutputMetadata, PredictOptions, Predictor, TensorMetadata } from '../../core/predictor.ts'
import type { TensorMap } from '../../core/tensor.ts'
import type { Placement } from '../served-model.ts'
import type { BatchPlan } from './batch-plan.ts'
import type { BatchStats } from './batching-state.ts'

export interface DynamicBatcherOptions {
  readonly placement: Placement
}

/** Requests that wait together run together. */
export class DynamicBatcher implements Predictor {
  readonly #engine: Predictor

  constructor(engine: Predictor, _options: DynamicBatcherOptions) {
    this.#engine = engine
  }

  get inputs(): readonly TensorMetadata[] {
    return this.#engine.inputs
  }

  get outputs(): readonly OutputMetadata[] {
    return this.#engine.outputs
  }

  get maxBatchRows(): number {
    return this.#engine.maxBatchRows
  }

  get maxConcurrency(): number {
    return this.#engine.maxConcurrency
  }

  get batchable(): boolean {
    return this.#engine.batchable
  }

  get stats(): BatchStats {
    return { batches: 0, halved: 0, retried: 0, cancelled: 0, expired: 0 }
  }

  /** From now on batches are formed by `plan`; without one every request is a run of its own. */
  use(_plan: BatchPlan | undefined): void {}

  predict(inputs: TensorMap, options?: PredictOptions): Promise<TensorMap> {
    return this.#engine.predict(inputs, options)
  }

  close(): Promise<void> {
    return this.#engine.close()
  }
}
