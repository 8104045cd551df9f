import type { LoggedModelStatus, LoggedModelWithData } from '../../entities/logged-model.ts'
import type { Param } from '../../entities/param.ts'
import type { Tag } from '../../entities/tag.ts'
import type { LoggedModelSearchTexts } from '../search/logged-model-search.ts'
import type { Page } from '../search/page.ts'

export interface NewLoggedModel {
  /** From `newModelId`, where the files were placed before; a new one where it is left out. */
  readonly modelId?: string
  readonly experimentId: string
  /** Made up where it is left out. */
  readonly name?: string | undefined
  readonly modelType?: string | undefined
  /** Need not be the id of a run. */
  readonly sourceRunId?: string | undefined
  readonly params?: readonly Param[]
  readonly tags?: readonly Tag[]
}

export interface LoggedModelFilter {
  readonly experimentId: string
  readonly name: string
}

export interface LoggedModelSearch extends LoggedModelSearchTexts {
  readonly experimentIds: readonly string[]
  /** How many models a page has at most; 50 where it is left out, and never more than 10,000. */
  readonly maxResults?: number | undefined
  readonly pageToken?: string | undefined
}

/**
 * Logged models of MLflow's tracking store. What an id names must be there, or the method throws ServingError
 * RESOURCE_DOES_NOT_EXIST. A deleted logged model is there for all methods that change one, and for no other.
 */
export interface LoggedModelStore {
  /**
   * A model in state PENDING; its files go to `artifactLocation`, and then `finalize` is called.
   * @throws ServingError INVALID_PARAMETER_VALUE where the experiment is deleted, BAD_REQUEST for two params or
   * tags with one key
   */
  create(model: NewLoggedModel): Promise<LoggedModelWithData>
  finalize(modelId: string, status: LoggedModelStatus): Promise<LoggedModelWithData>
  get(modelId: string, options?: { readonly allowDeleted?: boolean }): Promise<LoggedModelWithData>
  /** Logged models of an experiment that have this name; the newest first. */
  ofName(filter: LoggedModelFilter): Promise<readonly LoggedModelWithData[]>
  /** @throws ServingError INVALID_PARAMETER_VALUE for a search that cannot be read, or the token of another search */
  search(search: LoggedModelSearch): Promise<Page<LoggedModelWithData>>
  /** @throws ServingError BAD_REQUEST where a param was logged before, whatever its value */
  logParams(modelId: string, params: readonly Param[]): Promise<void>
  /** Of two tags with one key the last counts. */
  setTags(modelId: string, tags: readonly Tag[]): Promise<void>
  /** @throws ServingError RESOURCE_DOES_NOT_EXIST where the model has no such tag */
  deleteTag(modelId: string, key: string): Promise<void>
  delete(modelId: string): Promise<void>
}
