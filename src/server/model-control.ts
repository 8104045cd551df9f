/** One model version that this server has, had, or is told to have (Triton's model repository extension). */
export interface IndexedModel {
  readonly name: string
  /** Empty where it was never loaded. */
  readonly version: string
  readonly state: 'READY' | 'LOADING' | 'UNLOADING' | 'UNAVAILABLE'
  /** Why it is in this state; empty where there is nothing to say. */
  readonly reason: string
}

export interface LoadRequest {
  /** Where its files are; where it came from before, unless given. */
  readonly uri?: string
}

/** Loading and unloading while others are served, in all processes of this server. */
export interface ModelControl {
  index(): readonly IndexedModel[]

  /**
   * Loads a model, or loads it anew: it is served as before until the new one is ready.
   * @throws ServingError RESOURCE_DOES_NOT_EXIST for a name that nothing is known of, INVALID_PARAMETER_VALUE for a model
   *   that cannot be served; what was served goes on being served.
   */
  load(name: string, request: LoadRequest): Promise<void>

  /** Takes all versions of a model out. @throws ServingError RESOURCE_DOES_NOT_EXIST */
  unload(name: string): Promise<void>
}
