import type { Experiment, LifecycleStage } from '../entities/experiment.ts'
import type { LoggedModel, LoggedModelStatus } from '../entities/logged-model.ts'
import type { RunInfo, RunStatus } from '../entities/run-info.ts'
import {
  filledText,
  optionalText,
  readTags,
  requiredObject,
  requiredText,
  type WireObject,
  wholeNumber,
} from './wire.ts'

/** MLflow's JSON of runs, experiments and logged models (`service.proto`, MLflow 3.17.2) as entities. */

export function readExperiment(wire: WireObject): Experiment {
  return {
    experimentId: requiredText(wire, 'experiment_id'),
    name: optionalText(wire, 'name') ?? '',
    artifactLocation: optionalText(wire, 'artifact_location') ?? '',
    lifecycleStage: readLifecycleStage(wire),
    creationTime: wholeNumber(wire, 'creation_time'),
    lastUpdateTime: wholeNumber(wire, 'last_update_time'),
    tags: readTags(wire),
  }
}

/** `run_uuid` is the older name, which servers before 1.0 know alone. */
export function readRunInfo(run: WireObject): RunInfo {
  const wire = requiredObject(run, 'info')
  return {
    runId: optionalText(wire, 'run_id') ?? requiredText(wire, 'run_uuid'),
    runName: optionalText(wire, 'run_name') ?? '',
    experimentId: optionalText(wire, 'experiment_id') ?? '',
    userId: optionalText(wire, 'user_id') ?? '',
    status: readRunStatus(wire),
    startTime: wholeNumber(wire, 'start_time'),
    endTime: wholeNumber(wire, 'end_time') || undefined,
    artifactUri: optionalText(wire, 'artifact_uri') ?? '',
    lifecycleStage: readLifecycleStage(wire),
  }
}

export function readLoggedModel(model: WireObject): LoggedModel {
  const wire = requiredObject(model, 'info')
  return {
    modelId: requiredText(wire, 'model_id'),
    experimentId: optionalText(wire, 'experiment_id') ?? '',
    name: optionalText(wire, 'name') ?? '',
    artifactLocation: requiredText(wire, 'artifact_uri'),
    creationTimestamp: wholeNumber(wire, 'creation_timestamp_ms'),
    lastUpdatedTimestamp: wholeNumber(wire, 'last_updated_timestamp_ms'),
    status: readLoggedModelStatus(wire),
    statusMessage: filledText(wire, 'status_message'),
    modelType: filledText(wire, 'model_type'),
    sourceRunId: filledText(wire, 'source_run_id'),
    tags: readTags(wire),
  }
}

function readLifecycleStage(wire: WireObject): LifecycleStage {
  return optionalText(wire, 'lifecycle_stage') === 'deleted' ? 'deleted' : 'active'
}

const RUN_STATUSES: readonly RunStatus[] = ['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED']

function readRunStatus(wire: WireObject): RunStatus {
  return RUN_STATUSES.find((status) => status === wire['status']) ?? 'RUNNING'
}

/** A status that is not known here says nothing against the model. */
function readLoggedModelStatus(wire: WireObject): LoggedModelStatus {
  switch (wire['status']) {
    case 'LOGGED_MODEL_PENDING':
      return 'PENDING'
    case 'LOGGED_MODEL_UPLOAD_FAILED':
      return 'FAILED'
    default:
      return 'READY'
  }
}
