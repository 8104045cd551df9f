/** MLflow's `Param`: a text that a run is given once. */
export interface Param {
  readonly key: string
  readonly value: string
}
