import { invalidParameter } from '../../../core/errors.ts'
import type { DatasetInput as DatasetInputEntity } from '../../../entities/dataset.ts'
import type { Incoming } from '../../../protocols/mlflow-rest/message.ts'
import {
  type DatasetInput,
  LogInputs,
  LogOutputs,
  SearchDatasets,
  SearchDatasetsResponse,
} from '../../../protocols/mlflow-rest/messages/datasets.ts'
import { Empty } from '../../../protocols/mlflow-rest/messages/empty.ts'
import { isArray, isText, required } from '../../../protocols/mlflow-rest/request-rules.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import { toTag } from './to-tag.ts'

const MAX_EXPERIMENTS = 20

const logInputs = endpoint({
  verb: 'POST',
  path: '/2.0/mlflow/runs/log-inputs',
  access: 'write',
  request: LogInputs,
  rules: { run_id: [required, isText], datasets: [isArray], models: [isArray] },
  reply: Empty,
  handle: async ({ tracking }, { runId = '', datasets, models }) => {
    await tracking.datasets.logInputs(runId, {
      datasets: datasets.map(toDatasetInput),
      models: models.map(({ modelId = '' }) => ({ modelId })),
    })
    return {}
  },
})

const logOutputs = endpoint({
  verb: 'POST',
  path: '/2.0/mlflow/runs/outputs',
  access: 'write',
  request: LogOutputs,
  rules: { run_id: [required, isText], models: [required, isArray] },
  reply: Empty,
  handle: async ({ tracking }, { runId = '', models }) => {
    const outputs = models.map(({ modelId = '', step = 0 }) => ({ modelId, step }))
    await tracking.datasets.logOutputs(runId, outputs)
    return {}
  },
})

/** Of MLflow's UI alone: clients are answered 404. */
const search = endpoint({
  verb: 'POST',
  path: '/2.0/mlflow/experiments/search-datasets',
  ajaxOnly: true,
  access: 'read',
  request: SearchDatasets,
  reply: SearchDatasetsResponse,
  handle: async ({ tracking }, { experimentIds }) => {
    if (experimentIds.length === 0) {
      throw invalidParameter('SearchDatasets request must specify at least one experiment_id.')
    }
    if (experimentIds.length > MAX_EXPERIMENTS) {
      throw invalidParameter(
        `SearchDatasets request cannot specify more than ${MAX_EXPERIMENTS} experiment_ids. Received ` +
          `${experimentIds.length} experiment_ids.`,
      )
    }
    return { datasetSummaries: await tracking.datasets.search(experimentIds) }
  },
})

export const datasetEndpoints: readonly Endpoint[] = [logInputs, logOutputs, search]

function toDatasetInput({ dataset, tags }: Incoming<typeof DatasetInput>): DatasetInputEntity {
  const { name = '', digest = '', sourceType = '', source = '', schema, profile } = dataset ?? {}
  return { dataset: { name, digest, sourceType, source, schema, profile }, tags: tags.map(toTag) }
}
