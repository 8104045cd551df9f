import type { Experiment, LifecycleStage } from '../../entities/experiment.ts'
import type { Incoming } from '../../protocols/mlflow-rest/message.ts'
import type { Experiment as ExperimentMessage } from '../../protocols/mlflow-rest/messages/experiments.ts'
import { readTags, required } from './narrow.ts'

export function readExperiment(message: Incoming<typeof ExperimentMessage>): Experiment {
  return {
    experimentId: required(message.experimentId, 'experiment_id'),
    name: message.name ?? '',
    artifactLocation: message.artifactLocation ?? '',
    lifecycleStage: readLifecycleStage(message.lifecycleStage),
    creationTime: message.creationTime ?? 0,
    lastUpdateTime: message.lastUpdateTime ?? 0,
    tags: readTags(message.tags),
  }
}

export function readLifecycleStage(text: string | undefined): LifecycleStage {
  return text === 'deleted' ? 'deleted' : 'active'
}
