/** An answer that is meant to be another than MLflow's. */
export interface IntendedDifference {
  /** Headrace's. */
  readonly status: number
  /** As the table in docs/mlflow-differences.md calls the request. */
  readonly request: string
}

/** By step, as `log-metric#23`. */
export const DIFFERENCES: Readonly<Record<string, IntendedDifference>> = {
  'stages#10': { status: 400, request: 'archiving the versions of a stage that is none' },
}
