import type { ModelHistory } from '../core/model-history.ts'
import type { IndexedModel } from '../runtime/indexed-model.ts'

export type { IndexedModel } from '../runtime/indexed-model.ts'

export interface LoadRequest {
  /** Where its files are; where it came from before, unless given. */
  readonly uri?: string
}

/** Loading and unloading while others are served, in all processes of this server. */
export interface ModelControl {
  index(): readonly IndexedModel[]

  /**
   * Loads a model, or loads it anew: it is served as before until the new one is ready. A name that nothing is known of
   * is that of a registered model, of which the newest version is meant.
   * @throws ServingError RESOURCE_DOES_NOT_EXIST for a name that nothing is known of, RESOURCE_CONFLICT while the same name
   *   is being loaded, INVALID_PARAMETER_VALUE for a model that cannot be served; what was served goes on being served.
   */
  load(name: string, request: LoadRequest): Promise<void>

  /**
   * Serves again what was served under a name before, at once while that is kept loaded.
   * @throws ServingError RESOURCE_DOES_NOT_EXIST where nothing was, RESOURCE_CONFLICT after a rollback and while the name is
   *   being loaded; what was served goes on being served.
   */
  rollback(name: string): Promise<void>

  /** Who served what since when; undefined for a name of which nothing is known. */
  history(name: string): ModelHistory | undefined

  /** Takes all versions of a model out. @throws ServingError RESOURCE_DOES_NOT_EXIST */
  unload(name: string): Promise<void>
}
