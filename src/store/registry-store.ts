import type { ModelVersion, Stage } from '../entities/model-version.ts'
import type { RegisteredModel } from '../entities/registered-model.ts'
import type { Tag } from '../entities/tag.ts'

export interface NewRegisteredModel {
  readonly name: string
  readonly description?: string
  readonly tags?: readonly Tag[]
}

export interface NewModelVersion {
  readonly name: string
  /** A path or URI; `models:/…` is looked up, and the version then names the files that it stands for. */
  readonly source: string
  readonly runId?: string
  readonly runLink?: string
  readonly description?: string
  readonly tags?: readonly Tag[]
}

/**
 * Registered models, their versions, aliases, stages and tags: MLflow's model registry store. What a name or
 * number names must be there, or the method throws ServingError RESOURCE_DOES_NOT_EXIST; a name that breaks
 * MLflow's rules is INVALID_PARAMETER_VALUE. Versions that were deleted are not there.
 */
export interface RegistryStore {
  /** @throws ServingError RESOURCE_ALREADY_EXISTS */
  createRegisteredModel(model: NewRegisteredModel): Promise<RegisteredModel>
  getRegisteredModel(name: string): Promise<RegisteredModel>
  /** All but the prompts, which MLflow keeps in the same tables; by name. */
  searchRegisteredModels(): Promise<readonly RegisteredModel[]>
  /** Removes the model with its versions, aliases and tags. */
  deleteRegisteredModel(name: string): Promise<void>
  setRegisteredModelTag(name: string, tag: Tag): Promise<void>

  /** The version's number is one above the highest that the model ever had. */
  createModelVersion(version: NewModelVersion): Promise<ModelVersion>
  getModelVersion(name: string, version: string): Promise<ModelVersion>
  /** Artifact URI of the files: where they were when the version was made. */
  getModelVersionDownloadUri(name: string, version: string): Promise<string>
  /** The newest first; none where the model is not there. */
  searchModelVersions(name: string): Promise<readonly ModelVersion[]>
  /** The highest version of each of these stages (of all stages where none is named) that has one. */
  getLatestVersions(name: string, stages?: readonly string[]): Promise<readonly ModelVersion[]>
  transitionModelVersionStage(transition: StageTransition): Promise<ModelVersion>
  setModelVersionTag(name: string, version: string, tag: Tag): Promise<void>
  /** Takes the version out of sight together with its aliases; its number stays taken, as in MLflow. */
  deleteModelVersion(name: string, version: string): Promise<void>

  /** Sets the alias, or moves it. */
  setRegisteredModelAlias(name: string, alias: string, version: string): Promise<void>
  /** No error where the model has no such alias. */
  deleteRegisteredModelAlias(name: string, alias: string): Promise<void>
  /** The alias `latest` (any case) is the highest version. @throws ServingError INVALID_PARAMETER_VALUE, no such alias */
  getModelVersionByAlias(name: string, alias: string): Promise<ModelVersion>
}

export interface StageTransition {
  readonly name: string
  readonly version: string
  /** In any case. */
  readonly stage: Stage | (string & {})
  /** Move the versions that are in the stage to Archived; for Staging and Production only. */
  readonly archiveExistingVersions: boolean
}
