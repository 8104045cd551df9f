import type { Predictor } from '../core/predictor.ts'
import type { MlModel } from './mlmodel.ts'

/** What a flavor can tell of a model without opening an engine. */
export interface ModelTraits {
  /** The model may run for an unbounded time (Loop, Scan, custom operators): never inline unless forced. */
  readonly unboundedRun: boolean
  /** Bytes of weights that each loaded copy holds. */
  readonly weightBytes: number
}

export interface LoadOptions {
  readonly intraOpThreads: number
}

/**
 * One kind of model that an MLmodel file can name (`flavors:`). An implementation imports its engine; it is
 * itself imported only by the dynamic import in `flavor-table.ts`.
 */
export interface Flavor {
  readonly name: string
  /** Reads the model's files, checks that they are safe and servable. @throws ServingError INVALID_PARAMETER_VALUE */
  inspect(model: MlModel): Promise<ModelTraits>
  /** Opens the model in the calling thread. @throws ServingError INVALID_PARAMETER_VALUE */
  load(model: MlModel, options: LoadOptions): Promise<Predictor>
}
