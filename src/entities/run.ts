import type { DatasetInput } from './dataset.ts'
import type { Int64 } from './int64.ts'
import type { Metric } from './metric.ts'
import type { Param } from './param.ts'
import type { RunInfo } from './run-info.ts'
import type { Tag } from './tag.ts'

/** MLflow's `Run`. */
export interface Run {
  readonly info: RunInfo
  readonly data: RunData
  readonly inputs: RunInputs
  /** Left out of the answer to the creation of a run. */
  readonly outputs?: RunOutputs | undefined
}

export interface RunData {
  /** The latest value of each metric: that of the greatest step, then timestamp, then value. */
  readonly metrics: readonly Metric[]
  readonly params: readonly Param[]
  readonly tags: readonly Tag[]
}

export interface RunInputs {
  readonly datasetInputs: readonly DatasetInput[]
  readonly modelInputs: readonly ModelInput[]
}

export interface RunOutputs {
  readonly modelOutputs: readonly ModelOutput[]
}

/** A logged model that a run used. */
export interface ModelInput {
  readonly modelId: string
}

/** A logged model that a run made, at a step. */
export interface ModelOutput {
  readonly modelId: string
  readonly step: Int64
}

/** The tag that holds the name of a run; the column `runs.name` holds it as well. */
export const RUN_NAME_TAG = 'mlflow.runName'
/** The tag in which clients before MLflow 3 keep the models of a run: a JSON text. */
export const LOGGED_MODELS_TAG = 'mlflow.log-model.history'
