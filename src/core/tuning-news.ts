/** What one process or listener has found out of the batches of a model; plain data that the others understand. */
export interface TuningNews {
  /** As it is served. */
  readonly name: string
  readonly version: string
  readonly plan: {
    /** Of the model, the machine and the settings for which it holds. */
    readonly key: string
    /** Absent where nothing is batched. */
    readonly facts?: unknown
    /** Nothing is left to find out. */
    readonly settled: boolean
  }
}
