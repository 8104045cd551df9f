import type { Predictor } from '../../core/predictor.ts'
import type { TensorMap } from '../../core/tensor.ts'
import type { PreparedModel } from '../../flavors/flavor.ts'
import type { ScoringCodec } from '../../protocols/mlflow-scoring/scoring-codec.ts'
import type { BatchingOptions, BatchingState } from '../batching/batching-state.ts'
import type { DynamicBatcher } from '../batching/dynamic-batcher.ts'
import type { SampleBody } from '../load/scoring-sample.ts'
import type { RuntimeLog } from '../runtime-log.ts'
import type { Placement } from '../served-model.ts'

export interface TunerOptions {
  readonly name: string
  readonly model: PreparedModel
  readonly placement: Placement
  readonly batching: BatchingOptions
  readonly batcher: DynamicBatcher
  /** The model below the batcher. */
  readonly engine: Predictor
  /** Runs `inputs` once in every thread that has the model. */
  everywhere(inputs: TensorMap): Promise<void>
  /** Requests that the model brings along, as sources of rows. */
  readonly samples: readonly SampleBody[]
  readonly scoring: ScoringCodec
  /** Measured time of a run of one row, in milliseconds, where it could be measured. */
  readonly rowMs: number | undefined
  /** Requests of the model that are under way. */
  underWay(): number
  readonly log: RuntimeLog
}

/** Finds out, in idle time, whether and how the requests of a model may be batched, and tells its batcher. */
export class Tuner {
  #state: BatchingState = { state: 'testing', reason: 'not proved yet', maxBatchRows: 1 }

  constructor(_options: TunerOptions) {}

  get state(): BatchingState {
    return this.#state
  }

  /** Settles when nothing is left to find out. Never rejects. */
  async run(): Promise<void> {
    this.#state = { state: 'off', reason: 'not built', maxBatchRows: 1 }
  }

  /** Begins no further run. */
  stop(): void {}
}
