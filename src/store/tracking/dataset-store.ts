import type { DatasetInput, DatasetSummary } from '../../entities/dataset.ts'
import type { ModelInput, ModelOutput } from '../../entities/run.ts'

export interface NewRunInputs {
  readonly datasets: readonly DatasetInput[]
  readonly models: readonly ModelInput[]
}

/**
 * What runs used and made, in MLflow's tracking store. A run must be there, or the method throws ServingError
 * RESOURCE_DOES_NOT_EXIST, and active, or INVALID_PARAMETER_VALUE.
 */
export interface DatasetStore {
  /** What the run is known to use already is left as it is. */
  logInputs(runId: string, inputs: NewRunInputs): Promise<void>
  logOutputs(runId: string, models: readonly ModelOutput[]): Promise<void>
  /** Datasets used in these experiments, at most 1,000. */
  search(experimentIds: readonly string[]): Promise<readonly DatasetSummary[]>
}
