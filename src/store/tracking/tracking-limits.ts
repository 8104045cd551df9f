/** What a server may set otherwise than MLflow 3.17.2 has it by default. */
export interface TrackingLimits {
  /** Characters of the artifact location that an experiment is given. `MLFLOW_ARTIFACT_LOCATION_MAX_LENGTH` in MLflow. */
  readonly artifactLocationLength: number
  /** Whether too long values of params and of runs' tags are cut; else they are refused. `MLFLOW_TRUNCATE_LONG_VALUES` in MLflow. */
  readonly cutsLongValues: boolean
}

export const DEFAULT_TRACKING_LIMITS: TrackingLimits = { artifactLocationLength: 2048, cutsLongValues: true }
