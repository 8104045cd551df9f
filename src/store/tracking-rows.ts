import { internalError } from '../core/errors.ts'
import type { Experiment, LifecycleStage } from '../entities/experiment.ts'
import { LOGGED_MODEL_STATUSES, type LoggedModel } from '../entities/logged-model.ts'
import type { RunInfo, RunStatus } from '../entities/run-info.ts'
import type { Tag } from '../entities/tag.ts'

/** Rows of MLflow's tracking tables, under the tables' own column names, and the entities made of them. */

export interface ExperimentRow {
  readonly experiment_id: number
  readonly name: string
  readonly artifact_location: string | null
  readonly lifecycle_stage: LifecycleStage | null
  readonly creation_time: number | null
  readonly last_update_time: number | null
}

export interface RunRow {
  readonly run_uuid: string
  readonly name: string | null
  readonly experiment_id: number
  readonly user_id: string | null
  readonly status: RunStatus | null
  readonly start_time: number | null
  readonly end_time: number | null
  readonly artifact_uri: string | null
  readonly lifecycle_stage: LifecycleStage | null
}

export interface LoggedModelRow {
  readonly model_id: string
  readonly experiment_id: number
  readonly name: string
  readonly artifact_location: string
  readonly creation_timestamp_ms: number
  readonly last_updated_timestamp_ms: number
  readonly status: number
  readonly status_message: string | null
  readonly model_type: string | null
  readonly source_run_id: string | null
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
    startTime: row.start_time ?? 0,
    endTime: row.end_time ?? undefined,
    artifactUri: row.artifact_uri ?? '',
    lifecycleStage: row.lifecycle_stage ?? 'active',
  }
}

export function toLoggedModel(row: LoggedModelRow, tags: readonly Tag[]): LoggedModel {
  const status = LOGGED_MODEL_STATUSES[row.status - 1]
  if (status === undefined) throw internalError(`Logged model ${row.model_id} has the status ${row.status}`)
  return {
    modelId: row.model_id,
    experimentId: String(row.experiment_id),
    name: row.name,
    artifactLocation: row.artifact_location,
    creationTimestamp: row.creation_timestamp_ms,
    lastUpdatedTimestamp: row.last_updated_timestamp_ms,
    status,
    statusMessage: row.status_message ?? undefined,
    modelType: row.model_type ?? undefined,
    sourceRunId: row.source_run_id ?? undefined,
    tags,
  }
}
