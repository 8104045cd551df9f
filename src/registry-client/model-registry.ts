import type { LoggedModel } from '../entities/logged-model.ts'
import type { ModelVersion } from '../entities/model-version.ts'
import type { RegisteredModel } from '../entities/registered-model.ts'
import type { RunInfo } from '../entities/run-info.ts'

/**
 * What resolving a model URI reads, whether from a database or from an MLflow server. What a name or id names must
 * be there, or the method throws ServingError RESOURCE_DOES_NOT_EXIST (a missing alias: INVALID_PARAMETER_VALUE).
 */
export interface ModelRegistry {
  /** Where it is, without credentials: for messages and as its identity. */
  readonly uri: string
  getRegisteredModel(name: string): Promise<RegisteredModel>
  /** All but prompts; by name. */
  searchRegisteredModels(): Promise<readonly RegisteredModel[]>
  getModelVersion(name: string, version: string): Promise<ModelVersion>
  /** The newest first; none where the model is not there. */
  searchModelVersions(name: string): Promise<readonly ModelVersion[]>
  /** The highest version of each of these stages (of all stages where none is named) that has one. */
  getLatestVersions(name: string, stages?: readonly string[]): Promise<readonly ModelVersion[]>
  /** The alias `latest` (any case) is the highest version. */
  getModelVersionByAlias(name: string, alias: string): Promise<ModelVersion>
  /** Artifact URI of the version's files, as MLflow's `get-download-uri` gives it. */
  getModelVersionDownloadUri(name: string, version: string): Promise<string>
  getLoggedModel(modelId: string): Promise<LoggedModel>
  /** Logged models of an experiment that have this name; the newest first. */
  searchLoggedModels(filter: {
    readonly experimentId: string
    readonly name: string
  }): Promise<readonly LoggedModel[]>
  getRun(runId: string): Promise<RunInfo>
  close(): Promise<void>
}
