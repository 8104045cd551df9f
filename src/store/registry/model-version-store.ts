import type { ModelVersion, Stage } from '../../entities/model-version.ts'
import type { Tag } from '../../entities/tag.ts'
import type { Page } from '../search/page.ts'
import type { RegistrySearch } from './registry-search.ts'

export interface NewModelVersion {
  readonly name: string
  /** A path or URI; `models:/…` is looked up, and the version then names the files that it stands for. */
  readonly source: string
  readonly runId?: string | undefined
  /** The logged model that the version is made of: it gets a tag that names the version. */
  readonly modelId?: string | undefined
  readonly runLink?: string | undefined
  readonly description?: string | undefined
  /** Of a key that comes twice the last value counts. */
  readonly tags?: readonly Tag[]
}

export interface StageTransition {
  readonly name: string
  readonly version: string
  /** In any case. */
  readonly stage: Stage | (string & {})
  /** Move the versions that are in the stage to Archived; for Staging and Production only. */
  readonly archiveExistingVersions: boolean
}

/**
 * Versions of registered models. What a name or number names must be there, or the method throws ServingError
 * RESOURCE_DOES_NOT_EXIST; a name that breaks MLflow's rules is INVALID_PARAMETER_VALUE. Versions that were
 * deleted are not there.
 */
export interface ModelVersionStore {
  /**
   * The version's number is one above the highest that the model ever had. The source is taken as it is: for
   * callers that placed the files themselves.
   */
  create(version: NewModelVersion): Promise<ModelVersion>
  /**
   * The same for a client of a server, who may name as the source only what the run or logged model holds that the
   * version names, or a store of its own: never a file of the server's machine that is none of theirs.
   * @throws ServingError INVALID_PARAMETER_VALUE
   */
  createForClient(version: NewModelVersion): Promise<ModelVersion>
  get(name: string, version: string): Promise<ModelVersion>
  /** The alias `latest` (any case) is the highest version. @throws ServingError INVALID_PARAMETER_VALUE, no such alias */
  getByAlias(name: string, alias: string): Promise<ModelVersion>
  /** The highest version of each of these stages (of all stages where none is named) that has one. */
  getLatest(name: string, stages?: readonly string[]): Promise<readonly ModelVersion[]>
  /** Artifact URI of the files: where they were when the version was made. */
  getDownloadUri(name: string, version: string): Promise<string>
  /** All versions of a model, the newest first; none where the model is not there. */
  ofModel(name: string): Promise<readonly ModelVersion[]>
  /** Without aliases, and without the versions of prompts unless the filter asks for them. At most 200,000 results. */
  search(search: RegistrySearch): Promise<Page<ModelVersion>>
  /** Takes the description away where it is undefined. */
  update(name: string, version: string, description: string | undefined): Promise<ModelVersion>
  transitionStage(transition: StageTransition): Promise<ModelVersion>
  /** Takes the version out of sight together with its aliases; its number stays taken, as in MLflow. */
  delete(name: string, version: string): Promise<void>
  /** Sets the tag, or gives it another value. */
  setTag(name: string, version: string, tag: Tag): Promise<void>
  /** No error where the version has no such tag. */
  deleteTag(name: string, version: string, key: string): Promise<void>
}
