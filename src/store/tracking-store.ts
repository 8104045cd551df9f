import type { Experiment } from '../entities/experiment.ts'
import type { LoggedModel } from '../entities/logged-model.ts'
import type { RunInfo } from '../entities/run-info.ts'
import type { Tag } from '../entities/tag.ts'

export interface NewLoggedModel {
  /** From `newModelId`, where the files were placed before; a new one where it is left out. */
  readonly modelId?: string
  readonly experimentId: string
  readonly name: string
  readonly modelType?: string
  readonly sourceRunId?: string
  readonly tags?: readonly Tag[]
}

export interface LoggedModelFilter {
  readonly experimentId: string
  readonly name: string
}

/**
 * Experiments, runs and logged models: MLflow's tracking store. What an id names must be there, or the method
 * throws ServingError RESOURCE_DOES_NOT_EXIST. Deleted experiments are there, deleted logged models are not.
 */
export interface TrackingStore {
  getExperiment(experimentId: string): Promise<Experiment>
  findExperimentByName(name: string): Promise<Experiment | undefined>
  /** The experiment with id 0, made where the database is new. */
  ensureDefaultExperiment(): Promise<Experiment>
  /** @throws ServingError RESOURCE_ALREADY_EXISTS */
  createExperiment(name: string, artifactLocation?: string): Promise<Experiment>
  getRun(runId: string): Promise<RunInfo>
  /**
   * A model in state PENDING; its files go to `artifactLocation`, and then `finalizeLoggedModel` is called.
   * @throws ServingError INVALID_PARAMETER_VALUE where the experiment is deleted
   */
  createLoggedModel(model: NewLoggedModel): Promise<LoggedModel>
  finalizeLoggedModel(modelId: string, status: 'READY' | 'FAILED'): Promise<LoggedModel>
  getLoggedModel(modelId: string): Promise<LoggedModel>
  /** Logged models of an experiment that have this name; the newest first. */
  searchLoggedModels(filter: LoggedModelFilter): Promise<readonly LoggedModel[]>
  setLoggedModelTags(modelId: string, tags: readonly Tag[]): Promise<void>
}
