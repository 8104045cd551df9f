import type { Experiment, LifecycleStage } from '../../entities/experiment.ts'
import type { Int64 } from '../../entities/int64.ts'
import type { RunInfo, RunStatus } from '../../entities/run-info.ts'
import type { Tag } from '../../entities/tag.ts'

/** Rows of MLflow's tracking tables, under the tables' own column names, and the entities made of them. */

export interface ExperimentRow {
  readonly experiment_id: Int64
  readonly name: string
  readonly artifact_location: string | null
  readonly lifecycle_stage: LifecycleStage | null
  readonly creation_time: number | null
  readonly last_update_time: number | null
}

export interface RunRow {
  readonly run_uuid: string
  readonly name: string | null
  readonly experiment_id: Int64
  readonly user_id: string | null
  readonly status: RunStatus | null
  readonly start_time: Int64 | null
  readonly end_time: Int64 | null
  readonly artifact_uri: string | null
  readonly lifecycle_stage: LifecycleStage | null
}

export function toExperiment(row: ExperimentRow, tags: readonly Tag[]): Experiment {
  return {
    experimentId: String(row.experiment_id),
    name: row.name,
    artifactLocation: row.artifact_location ?? '',
    lifecycleStage: row.lifecycle_stage ?? 'active',
    creationTime: row.creation_time ?? 0,
    lastUpdateTime: row.last_update_time ?? 0,
    tags,
  }
}

export function toRunInfo(row: RunRow): RunInfo {
  return {
    runId: row.run_uuid,
    runName: row.name ?? '',
    experimentId: String(row.experiment_id),
    userId: row.user_id ?? '',
    status: row.status ?? 'RUNNING',
    startTime: Number(row.start_time ?? 0),
    endTime: row.end_time === null ? undefined : Number(row.end_time),
    artifactUri: row.artifact_uri ?? '',
    lifecycleStage: row.lifecycle_stage ?? 'active',
  }
}
