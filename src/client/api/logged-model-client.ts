import type { LoggedModelWithData } from '../../entities/logged-model.ts'
import type { Param } from '../../entities/param.ts'
import { Empty } from '../../protocols/mlflow-rest/messages/empty.ts'
import * as messages from '../../protocols/mlflow-rest/messages/logged-models.ts'
import { apiCall } from './api-call.ts'
import type { CallOptions, PageOptions } from './api-client.ts'
import { MetricClient } from './metric-client.ts'
import { required } from './narrow.ts'
import { eachOf, type Page, pageOf } from './page.ts'
import { readLoggedModel } from './read-logged-model.ts'
import { type Texts, tagsOf } from './tags.ts'

const MODELS = '/2.0/mlflow/logged-models'
const CREATE = apiCall(`POST ${MODELS}`, messages.CreateLoggedModel, messages.CreateLoggedModelResponse)
const GET = apiCall(`GET ${MODELS}/{model_id}`, messages.GetLoggedModel, messages.GetLoggedModelResponse)
const FINALIZE = apiCall(
  `PATCH ${MODELS}/{model_id}`,
  messages.FinalizeLoggedModel,
  messages.FinalizeLoggedModelResponse,
)
const DELETE = apiCall(`DELETE ${MODELS}/{model_id}`, messages.DeleteLoggedModel, Empty)
const SEARCH = apiCall(
  `POST ${MODELS}/search`,
  messages.SearchLoggedModels,
  messages.SearchLoggedModelsResponse,
)
const PARAMS = apiCall(`POST ${MODELS}/{model_id}/params`, messages.LogLoggedModelParamsRequest, Empty)
const SET_TAGS = apiCall(`PATCH ${MODELS}/{model_id}/tags`, messages.SetLoggedModelTags, Empty)
const DELETE_TAG = apiCall(`DELETE ${MODELS}/{model_id}/tags/{tag_key}`, messages.DeleteLoggedModelTag, Empty)

/** MLflow takes no more in one call. */
const PARAMS_A_CALL = 100

export interface NewLoggedModel extends CallOptions {
  /** The server makes one up where it is left out. */
  readonly name?: string | undefined
  readonly modelType?: string | undefined
  readonly sourceRunId?: string | undefined
  readonly params?: Texts | undefined
  readonly tags?: Texts | undefined
}

export interface LoggedModelOrder {
  readonly fieldName: string
  /** Default true. */
  readonly ascending?: boolean | undefined
  /** Of a metric: that it has on this dataset. */
  readonly datasetName?: string | undefined
  readonly datasetDigest?: string | undefined
}

export interface LoggedModelSearch extends PageOptions {
  readonly experimentIds: readonly string[]
  readonly filter?: string | undefined
  readonly orderBy?: readonly LoggedModelOrder[] | undefined
  /** Conditions on metrics hold for these datasets alone. */
  readonly datasets?: readonly { readonly datasetName: string; readonly datasetDigest?: string }[] | undefined
}

/** MLflow 3's logged models. */
export class LoggedModelClient extends MetricClient {
  /** A model in state PENDING: its files go to `artifactLocation`, and then `finalizeLoggedModel` is called. */
  async createLoggedModel(experimentId: string, options: NewLoggedModel = {}): Promise<LoggedModelWithData> {
    const { name, modelType, sourceRunId } = options
    const params = tagsOf(options.params)
    const request = { experimentId, name, modelType, sourceRunId, tags: tagsOf(options.tags) }
    const first = params.slice(0, PARAMS_A_CALL)
    const { model } = await this.caller.call(CREATE, { ...request, params: first }, options)
    const made = readLoggedModel(required(model, 'model'))
    if (params.length <= PARAMS_A_CALL) return made
    await this.#logParams(made.modelId, params.slice(PARAMS_A_CALL), options)
    return this.getLoggedModel(made.modelId, options)
  }

  async getLoggedModel(modelId: string, call?: CallOptions): Promise<LoggedModelWithData> {
    const { model } = await this.caller.call(GET, { modelId }, call)
    return readLoggedModel(required(model, 'model'))
  }

  async finalizeLoggedModel(
    modelId: string,
    status: 'READY' | 'FAILED',
    call?: CallOptions,
  ): Promise<LoggedModelWithData> {
    const sent = status === 'READY' ? 'LOGGED_MODEL_READY' : 'LOGGED_MODEL_UPLOAD_FAILED'
    const { model } = await this.caller.call(FINALIZE, { modelId, status: sent }, call)
    return readLoggedModel(required(model, 'model'))
  }

  async deleteLoggedModel(modelId: string, call?: CallOptions): Promise<void> {
    await this.caller.call(DELETE, { modelId }, call)
  }

  /** One page; the newest first unless `orderBy` says otherwise. */
  async searchLoggedModels(search: LoggedModelSearch): Promise<Page<LoggedModelWithData>> {
    const { experimentIds, filter, maxResults, pageToken, datasets } = search
    const orderBy = search.orderBy?.map((order) => ({ ascending: true, ...order }))
    const request = { experimentIds, filter, orderBy, maxResults, pageToken, datasets }
    const { models, nextPageToken } = await this.caller.call(SEARCH, request, search)
    return pageOf(models.map(readLoggedModel), nextPageToken)
  }

  allLoggedModels(search: LoggedModelSearch): AsyncGenerator<LoggedModelWithData, void, undefined> {
    return eachOf((pageToken) => this.searchLoggedModels({ ...search, pageToken }), search.pageToken)
  }

  async logLoggedModelParams(modelId: string, params: Texts, call?: CallOptions): Promise<void> {
    await this.#logParams(modelId, tagsOf(params), call)
  }

  async setLoggedModelTags(modelId: string, tags: Texts, call?: CallOptions): Promise<void> {
    await this.caller.call(SET_TAGS, { modelId, tags: tagsOf(tags) }, call)
  }

  async deleteLoggedModelTag(modelId: string, tagKey: string, call?: CallOptions): Promise<void> {
    await this.caller.call(DELETE_TAG, { modelId, tagKey }, call)
  }

  async #logParams(modelId: string, params: readonly Param[], call: CallOptions | undefined): Promise<void> {
    for (let start = 0; start < params.length; start += PARAMS_A_CALL) {
      const part = params.slice(start, start + PARAMS_A_CALL)
      await this.caller.call(PARAMS, { modelId, params: part }, call)
    }
  }
}
