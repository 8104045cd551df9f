import type { Experiment } from '../../entities/experiment.ts'
import type { Tag } from '../../entities/tag.ts'
import type { Page } from '../search/page.ts'
import type { ExperimentSearch } from './experiment-search.ts'

/**
 * Experiments of MLflow's tracking store. What an id names must be there, or the method throws ServingError
 * RESOURCE_DOES_NOT_EXIST; an id that is no number is INVALID_PARAMETER_VALUE. Deleted experiments are there.
 */
export interface ExperimentStore {
  get(experimentId: string): Promise<Experiment>
  findByName(name: string): Promise<Experiment | undefined>
  /** @throws ServingError INVALID_PARAMETER_VALUE for a search that is not in MLflow's search language */
  search(search: ExperimentSearch): Promise<Page<Experiment>>
  /** The experiment with id 0, made where the database is new. */
  ensureDefault(): Promise<Experiment>
  /**
   * @param artifactLocation where runs put their files; a folder of the store's artifact root where it is left out
   * @throws ServingError RESOURCE_ALREADY_EXISTS
   */
  create(name: string, artifactLocation?: string, tags?: readonly Tag[]): Promise<Experiment>
  /**
   * @throws ServingError INVALID_STATE where the experiment is deleted, BAD_REQUEST where another has the name
   */
  rename(experimentId: string, name: string): Promise<void>
  /** Deletes an active experiment and all its runs, so that they can be restored. */
  delete(experimentId: string): Promise<void>
  /** Restores a deleted experiment and all its runs, those too that were deleted before it. */
  restore(experimentId: string): Promise<void>
  /** @throws ServingError INVALID_PARAMETER_VALUE where the experiment is deleted */
  setTag(experimentId: string, tag: Tag): Promise<void>
  /** @throws ServingError INVALID_PARAMETER_VALUE where the experiment is deleted */
  deleteTag(experimentId: string, key: string): Promise<void>
}
