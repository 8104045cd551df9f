import type { LoggedModelStatus, LoggedModelWithData } from '../../../entities/logged-model.ts'
import { type Incoming, message, type Outgoing, text } from '../../../protocols/mlflow-rest/message.ts'
import { Empty } from '../../../protocols/mlflow-rest/messages/empty.ts'
import {
  CreateLoggedModel,
  CreateLoggedModelResponse,
  DeleteLoggedModel,
  DeleteLoggedModelTag,
  FinalizeLoggedModel,
  FinalizeLoggedModelResponse,
  GetLoggedModel,
  GetLoggedModelResponse,
  type LoggedModel,
  LogLoggedModelParamsRequest,
  SearchLoggedModels,
  SearchLoggedModelsResponse,
  SetLoggedModelTags,
} from '../../../protocols/mlflow-rest/messages/logged-models.ts'
import {
  isArray,
  isArrayOfTexts,
  isIntLike,
  isText,
  required,
} from '../../../protocols/mlflow-rest/request-rules.ts'
import type { LoggedModelSearch } from '../../../store/tracking/logged-model-store.ts'
import { type Endpoint, endpoint, type PathParameters } from '../endpoint.ts'

const MODELS = '/2.0/mlflow/logged-models'
const MODEL = `${MODELS}/{model_id}`

const create = endpoint({
  verb: 'POST',
  path: MODELS,
  access: 'write',
  request: CreateLoggedModel,
  rules: {
    experiment_id: [isText, required],
    name: [isText],
    model_type: [isText],
    source_run_id: [isText],
    params: [isArray],
    tags: [isArray],
  },
  reply: CreateLoggedModelResponse,
  handle: async ({ tracking }, { experimentId = '', name, modelType, sourceRunId, params, tags }) => ({
    model: toMessage(
      await tracking.loggedModels.create({
        experimentId,
        name: name || undefined,
        modelType: modelType ?? '',
        sourceRunId: sourceRunId ?? '',
        params: params.map(toPair),
        tags: tags.map(toPair),
      }),
    ),
  }),
})

const finalize = endpoint({
  verb: 'PATCH',
  path: MODEL,
  access: 'write',
  request: FinalizeLoggedModel,
  rules: { model_id: [isText, required], status: [isIntLike, required] },
  reply: FinalizeLoggedModelResponse,
  handle: async ({ tracking }, { modelId = '', status }) => ({
    model: toMessage(await tracking.loggedModels.finalize(modelId, entityStatus(status))),
  }),
})

/** `allow_deleted` is read beside the message in MLflow, where anything but `true` is false. */
const GetWithDeleted = message('GetLoggedModel', { ...GetLoggedModel.fields, allow_deleted: text() })

const get = endpoint({
  verb: 'GET',
  path: MODEL,
  access: 'read',
  request: GetWithDeleted,
  reply: GetLoggedModelResponse,
  handle: async ({ tracking }, { allowDeleted }, parameters) => ({
    model: toMessage(
      await tracking.loggedModels.get(modelIdOf(parameters), {
        allowDeleted: allowDeleted?.toLowerCase() === 'true',
      }),
    ),
  }),
})

const search = endpoint({
  verb: 'POST',
  path: `${MODELS}/search`,
  access: 'read',
  request: SearchLoggedModels,
  rules: {
    experiment_ids: [isArray, isArrayOfTexts, required],
    filter: [isText],
    datasets: [isArray],
    max_results: [isIntLike],
    order_by: [isArray],
    page_token: [isText],
  },
  reply: SearchLoggedModelsResponse,
  handle: async ({ tracking }, request) => {
    const { items, nextPageToken } = await tracking.loggedModels.search(toSearch(request))
    return { models: items.map(toMessage), nextPageToken }
  },
})

function toSearch(request: Incoming<typeof SearchLoggedModels>): LoggedModelSearch {
  return {
    experimentIds: request.experimentIds,
    filter: request.filter || undefined,
    maxResults: request.maxResults || undefined,
    pageToken: request.pageToken || undefined,
    datasets: request.datasets.map(({ datasetName = '', datasetDigest }) => ({
      datasetName,
      datasetDigest: datasetDigest || undefined,
    })),
    orderBy: request.orderBy.map(({ fieldName = '', ascending, datasetName, datasetDigest }) => ({
      fieldName,
      ascending: ascending ?? true,
      datasetName: datasetName || undefined,
      datasetDigest: datasetDigest || undefined,
    })),
  }
}

const logParams = endpoint({
  verb: 'POST',
  path: `${MODEL}/params`,
  access: 'write',
  request: LogLoggedModelParamsRequest,
  rules: { model_id: [isText, required], params: [isArray] },
  reply: Empty,
  handle: async ({ tracking }, { params }, parameters) => {
    await tracking.loggedModels.logParams(modelIdOf(parameters), params.map(toPair))
    return {}
  },
})

const setTags = endpoint({
  verb: 'PATCH',
  path: `${MODEL}/tags`,
  access: 'write',
  request: SetLoggedModelTags,
  rules: { tags: [isArray] },
  reply: Empty,
  handle: async ({ tracking }, { tags }, parameters) => {
    await tracking.loggedModels.setTags(modelIdOf(parameters), tags.map(toPair))
    return {}
  },
})

const deleteTag = endpoint({
  verb: 'DELETE',
  path: `${MODEL}/tags/{tag_key}`,
  access: 'write',
  request: DeleteLoggedModelTag,
  reply: Empty,
  handle: async ({ tracking }, _request, parameters) => {
    await tracking.loggedModels.deleteTag(modelIdOf(parameters), parameters['tag_key'] ?? '')
    return {}
  },
})

const deleteModel = endpoint({
  verb: 'DELETE',
  path: MODEL,
  access: 'write',
  request: DeleteLoggedModel,
  reply: Empty,
  handle: async ({ tracking }, _request, parameters) => {
    await tracking.loggedModels.delete(modelIdOf(parameters))
    return {}
  },
})

export const loggedModelEndpoints: readonly Endpoint[] = [
  create,
  search,
  finalize,
  get,
  logParams,
  setTags,
  deleteTag,
  deleteModel,
]

function modelIdOf(parameters: PathParameters): string {
  return parameters['model_id'] ?? ''
}

function toPair({ key = '', value = '' }: { key?: string | undefined; value?: string | undefined }): {
  readonly key: string
  readonly value: string
} {
  return { key, value }
}

const WIRE_STATUS = {
  UNSPECIFIED: 'LOGGED_MODEL_STATUS_UNSPECIFIED',
  PENDING: 'LOGGED_MODEL_PENDING',
  READY: 'LOGGED_MODEL_READY',
  FAILED: 'LOGGED_MODEL_UPLOAD_FAILED',
} as const satisfies Readonly<Record<LoggedModelStatus, string>>

type WireStatus = (typeof WIRE_STATUS)[LoggedModelStatus]

/** An unknown name reads as none at all, which MLflow stores as UNSPECIFIED. */
function entityStatus(status: WireStatus | undefined): LoggedModelStatus {
  const entries = Object.entries(WIRE_STATUS) as [LoggedModelStatus, WireStatus][]
  return entries.find(([, wire]) => wire === status)?.[0] ?? 'UNSPECIFIED'
}

function toMessage(model: LoggedModelWithData): Outgoing<typeof LoggedModel> {
  return {
    info: {
      modelId: model.modelId,
      experimentId: model.experimentId,
      name: model.name,
      creationTimestampMs: model.creationTimestamp,
      lastUpdatedTimestampMs: model.lastUpdatedTimestamp,
      artifactUri: model.artifactLocation,
      status: WIRE_STATUS[model.status],
      modelType: model.modelType,
      sourceRunId: model.sourceRunId,
      statusMessage: model.statusMessage,
      tags: model.tags,
    },
    data: {
      params: model.params,
      metrics: model.metrics,
    },
  }
}
