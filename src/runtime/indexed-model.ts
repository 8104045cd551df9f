/** One model version that this server has, had, or is told to have (Triton's model repository extension). */
export interface IndexedModel {
  readonly name: string
  /** Empty where it was never loaded. */
  readonly version: string
  readonly state: 'READY' | 'LOADING' | 'UNLOADING' | 'UNAVAILABLE'
  /** Why it is in this state; empty where there is nothing to say. */
  readonly reason: string
}
