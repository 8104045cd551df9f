import type { Predictor } from '../../core/predictor.ts'
import type { PreparedModel } from '../../flavors/flavor.ts'
import type { ScoringCodec } from '../../protocols/mlflow-scoring/scoring-codec.ts'
import type { BatchingOptions } from '../batching/batching-state.ts'
import type { DynamicBatcher } from '../batching/dynamic-batcher.ts'
import type { SampleBody } from '../load/scoring-sample.ts'
import type { RuntimeLog } from '../runtime-log.ts'
import type { Placement } from '../served-model.ts'
import type { IdleRunsOptions } from './idle-runs.ts'
import type { TunedPlan } from './tuned-plan.ts'

export interface TunerOptions extends IdleRunsOptions {
  readonly name: string
  readonly model: PreparedModel
  readonly placement: Placement
  readonly batching: BatchingOptions
  readonly batcher: Pick<DynamicBatcher, 'use'>
  /** The model below the batcher: what it is given is one run. */
  readonly engine: Predictor
  /** Requests that the model brings along, as sources of rows. */
  readonly samples: readonly SampleBody[]
  readonly scoring: ScoringCodec
  /** Measured time of a run of one row, in milliseconds, where it could be measured. */
  readonly rowMs: number | undefined
  readonly log: RuntimeLog
  /** Told of each plan that was found here; nobody unless set. */
  readonly onTuned?: (plan: TunedPlan) => void
  /** What was found elsewhere already. */
  readonly tuned?: TunedPlan
  /** Another process or thread finds out, and its plans will be given to `Tuner.adopt`. */
  readonly isTunedElsewhere?: boolean
}
