import type { ModelVersion, ModelVersionStatus } from '../entities/model-version.ts'
import type { RegisteredModel } from '../entities/registered-model.ts'
import {
  filledText,
  objects,
  optionalText,
  readTags,
  requiredText,
  texts,
  type WireObject,
  wholeNumber,
} from './wire.ts'

/** MLflow's JSON of registered models and versions (`model_registry.proto`, MLflow 3.17.2) as entities. */

export function readRegisteredModel(wire: WireObject): RegisteredModel {
  return {
    name: requiredText(wire, 'name'),
    creationTimestamp: wholeNumber(wire, 'creation_timestamp'),
    lastUpdatedTimestamp: wholeNumber(wire, 'last_updated_timestamp'),
    description: filledText(wire, 'description'),
    tags: readTags(wire),
    aliases: objects(wire, 'aliases').map((alias) => ({
      alias: requiredText(alias, 'alias'),
      version: requiredText(alias, 'version'),
    })),
    latestVersions: objects(wire, 'latest_versions').map(readModelVersion),
  }
}

export function readModelVersion(wire: WireObject): ModelVersion {
  return {
    name: requiredText(wire, 'name'),
    version: requiredText(wire, 'version'),
    creationTimestamp: wholeNumber(wire, 'creation_timestamp'),
    lastUpdatedTimestamp: wholeNumber(wire, 'last_updated_timestamp'),
    description: filledText(wire, 'description'),
    userId: filledText(wire, 'user_id'),
    currentStage: filledText(wire, 'current_stage') ?? 'None',
    source: optionalText(wire, 'source') ?? '',
    runId: filledText(wire, 'run_id'),
    runLink: filledText(wire, 'run_link'),
    status: readStatus(wire),
    statusMessage: filledText(wire, 'status_message'),
    tags: readTags(wire),
    aliases: texts(wire, 'aliases'),
  }
}

function readStatus(wire: WireObject): ModelVersionStatus {
  const status = optionalText(wire, 'status')
  return status === 'PENDING_REGISTRATION' || status === 'FAILED_REGISTRATION' ? status : 'READY'
}
