import type { LoggedModelStatus, LoggedModelWithData } from '../../entities/logged-model.ts'
import type { Incoming } from '../../protocols/mlflow-rest/message.ts'
import type { LoggedModel as LoggedModelMessage } from '../../protocols/mlflow-rest/messages/logged-models.ts'
import { readTags, required } from './narrow.ts'
import { readMetric } from './read-run.ts'

export function readLoggedModel(message: Incoming<typeof LoggedModelMessage>): LoggedModelWithData {
  const info = required(message.info, 'info')
  return {
    modelId: required(info.modelId, 'model_id'),
    experimentId: info.experimentId ?? '',
    name: info.name ?? '',
    artifactLocation: required(info.artifactUri, 'artifact_uri'),
    creationTimestamp: info.creationTimestampMs ?? 0,
    lastUpdatedTimestamp: info.lastUpdatedTimestampMs ?? 0,
    status: readStatus(info.status),
    statusMessage: info.statusMessage || undefined,
    modelType: info.modelType || undefined,
    sourceRunId: info.sourceRunId || undefined,
    tags: readTags(info.tags),
    params: readTags(message.data?.params ?? []),
    metrics: (message.data?.metrics ?? []).map(readMetric),
  }
}

/** A status that is not known here says nothing against the model. */
function readStatus(status: string | undefined): LoggedModelStatus {
  if (status === 'LOGGED_MODEL_PENDING') return 'PENDING'
  return status === 'LOGGED_MODEL_UPLOAD_FAILED' ? 'FAILED' : 'READY'
}
