import { notFound } from '../../../core/errors.ts'
import type { Experiment as ExperimentEntity } from '../../../entities/experiment.ts'
import type { Outgoing } from '../../../protocols/mlflow-rest/message.ts'
import { Empty } from '../../../protocols/mlflow-rest/messages/empty.ts'
import {
  CreateExperiment,
  CreateExperimentResponse,
  DeleteExperiment,
  DeleteExperimentTag,
  type Experiment,
  GetExperiment,
  GetExperimentByName,
  GetExperimentByNameResponse,
  GetExperimentResponse,
  RestoreExperiment,
  SetExperimentTag,
  UpdateExperiment,
} from '../../../protocols/mlflow-rest/messages/experiments.ts'
import { isArray, isText, required } from '../../../protocols/mlflow-rest/request-rules.ts'
import { WORKSPACE } from '../../../store/workspace.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import { toTag } from './to-tag.ts'

const EXPERIMENTS = '/2.0/mlflow/experiments'
const EXPERIMENT_ID = { experiment_id: [required, isText] }

const create = endpoint({
  verb: 'POST',
  path: `${EXPERIMENTS}/create`,
  access: 'write',
  request: CreateExperiment,
  rules: { name: [required, isText], artifact_location: [isText], tags: [isArray] },
  reply: CreateExperimentResponse,
  handle: async ({ tracking }, { name = '', artifactLocation, tags }) => {
    const { experimentId } = await tracking.experiments.create(name, artifactLocation, tags.map(toTag))
    return { experimentId }
  },
})

const get = endpoint({
  verb: 'GET',
  path: `${EXPERIMENTS}/get`,
  access: 'read',
  request: GetExperiment,
  rules: EXPERIMENT_ID,
  reply: GetExperimentResponse,
  handle: async ({ tracking }, { experimentId = '' }) => ({
    experiment: experimentMessage(await tracking.experiments.get(experimentId)),
  }),
})

const getByName = endpoint({
  verb: 'GET',
  path: `${EXPERIMENTS}/get-by-name`,
  access: 'read',
  request: GetExperimentByName,
  rules: { experiment_name: [required, isText] },
  reply: GetExperimentByNameResponse,
  handle: async ({ tracking }, { experimentName = '' }) => {
    const experiment = await tracking.experiments.findByName(experimentName)
    if (experiment === undefined) throw notFound(`Could not find experiment with name '${experimentName}'`)
    return { experiment: experimentMessage(experiment) }
  },
})

const update = endpoint({
  verb: 'POST',
  path: `${EXPERIMENTS}/update`,
  access: 'write',
  request: UpdateExperiment,
  rules: { ...EXPERIMENT_ID, new_name: [isText, required] },
  reply: Empty,
  handle: async ({ tracking }, { experimentId = '', newName = '' }) => {
    if (newName !== '') await tracking.experiments.rename(experimentId, newName)
    return {}
  },
})

const remove = endpoint({
  verb: 'POST',
  path: `${EXPERIMENTS}/delete`,
  access: 'write',
  request: DeleteExperiment,
  rules: EXPERIMENT_ID,
  reply: Empty,
  handle: async ({ tracking }, { experimentId = '' }) => {
    await tracking.experiments.delete(experimentId)
    return {}
  },
})

const restore = endpoint({
  verb: 'POST',
  path: `${EXPERIMENTS}/restore`,
  access: 'write',
  request: RestoreExperiment,
  rules: EXPERIMENT_ID,
  reply: Empty,
  handle: async ({ tracking }, { experimentId = '' }) => {
    await tracking.experiments.restore(experimentId)
    return {}
  },
})

const setTag = endpoint({
  verb: 'POST',
  path: `${EXPERIMENTS}/set-experiment-tag`,
  access: 'write',
  request: SetExperimentTag,
  rules: { ...EXPERIMENT_ID, key: [required, isText], value: [isText] },
  reply: Empty,
  handle: async ({ tracking }, { experimentId = '', ...tag }) => {
    await tracking.experiments.setTag(experimentId, toTag(tag))
    return {}
  },
})

const deleteTag = endpoint({
  verb: 'POST',
  path: `${EXPERIMENTS}/delete-experiment-tag`,
  access: 'write',
  request: DeleteExperimentTag,
  rules: { ...EXPERIMENT_ID, key: [required, isText] },
  reply: Empty,
  handle: async ({ tracking }, { experimentId = '', key = '' }) => {
    await tracking.experiments.deleteTag(experimentId, key)
    return {}
  },
})

export const experimentEndpoints: readonly Endpoint[] = [
  create,
  get,
  getByName,
  update,
  remove,
  restore,
  setTag,
  deleteTag,
]

/** An experiment as answers show it. Times that old databases have not are left out. */
export function experimentMessage(experiment: ExperimentEntity): Outgoing<typeof Experiment> {
  const { creationTime, lastUpdateTime } = experiment
  return {
    ...experiment,
    creationTime: creationTime || undefined,
    lastUpdateTime: lastUpdateTime || undefined,
    workspace: WORKSPACE,
  }
}
