import type { ModelVersionWithData } from '../../entities/model-version.ts'
import { IS_PROMPT_TAG, type RegisteredModel } from '../../entities/registered-model.ts'
import type { Incoming } from '../../protocols/mlflow-rest/message.ts'
import type { ModelVersion as VersionMessage } from '../../protocols/mlflow-rest/messages/model-versions.ts'
import type { RegisteredModel as ModelMessage } from '../../protocols/mlflow-rest/messages/registered-models.ts'
import { readTags, required } from './narrow.ts'
import { readMetric } from './read-run.ts'

export function readRegisteredModel(message: Incoming<typeof ModelMessage>): RegisteredModel {
  return {
    name: required(message.name, 'name'),
    creationTimestamp: message.creationTimestamp ?? 0,
    lastUpdatedTimestamp: message.lastUpdatedTimestamp ?? 0,
    description: message.description || undefined,
    tags: readTags(message.tags),
    aliases: message.aliases.map(({ alias, version }) => ({
      alias: required(alias, 'alias'),
      version: required(version, 'version'),
    })),
    latestVersions: message.latestVersions.map(readModelVersion),
  }
}

export function readModelVersion(message: Incoming<typeof VersionMessage>): ModelVersionWithData {
  return {
    name: required(message.name, 'name'),
    version: required(message.version, 'version'),
    creationTimestamp: message.creationTimestamp ?? 0,
    lastUpdatedTimestamp: message.lastUpdatedTimestamp ?? 0,
    description: message.description || undefined,
    userId: message.userId || undefined,
    currentStage: message.currentStage || 'None',
    source: message.source ?? '',
    runId: message.runId || undefined,
    runLink: message.runLink || undefined,
    status: message.status ?? 'READY',
    statusMessage: message.statusMessage || undefined,
    tags: readTags(message.tags),
    aliases: message.aliases,
    modelId: message.modelId || undefined,
    params: message.modelParams.map(({ name = '', value = '' }) => ({ key: name, value })),
    metrics: message.modelMetrics.map(readMetric),
  }
}

/** Prompts are kept where registered models are. */
export function isPrompt({ tags }: Pick<RegisteredModel, 'tags'>): boolean {
  return tags.some(({ key, value }) => key === IS_PROMPT_TAG && value.toLowerCase() === 'true')
}
