import { ServingError } from '../../core/errors.ts'
import type { Experiment } from '../../entities/experiment.ts'
import { Empty } from '../../protocols/mlflow-rest/messages/empty.ts'
import * as messages from '../../protocols/mlflow-rest/messages/experiments.ts'
import { apiCall } from './api-call.ts'
import { ApiClient, type CallOptions, type SearchOptions, type ViewType } from './api-client.ts'
import { required } from './narrow.ts'
import { eachOf, type Page, pageOf } from './page.ts'
import { readExperiment } from './read-experiment.ts'
import { type Texts, tagsOf } from './tags.ts'

const EXPERIMENTS = '/2.0/mlflow/experiments'
const CREATE = apiCall(
  `POST ${EXPERIMENTS}/create`,
  messages.CreateExperiment,
  messages.CreateExperimentResponse,
)
const GET = apiCall(`GET ${EXPERIMENTS}/get`, messages.GetExperiment, messages.GetExperimentResponse)
const GET_BY_NAME = apiCall(
  `GET ${EXPERIMENTS}/get-by-name`,
  messages.GetExperimentByName,
  messages.GetExperimentByNameResponse,
)
const SEARCH = apiCall(
  `POST ${EXPERIMENTS}/search`,
  messages.SearchExperiments,
  messages.SearchExperimentsResponse,
)
const UPDATE = apiCall(`POST ${EXPERIMENTS}/update`, messages.UpdateExperiment, Empty)
const DELETE = apiCall(`POST ${EXPERIMENTS}/delete`, messages.DeleteExperiment, Empty)
const RESTORE = apiCall(`POST ${EXPERIMENTS}/restore`, messages.RestoreExperiment, Empty)
const SET_TAG = apiCall(`POST ${EXPERIMENTS}/set-experiment-tag`, messages.SetExperimentTag, Empty)
const DELETE_TAG = apiCall(`POST ${EXPERIMENTS}/delete-experiment-tag`, messages.DeleteExperimentTag, Empty)

export interface NewExperiment extends CallOptions {
  /** URI of the folder of its files; the server's choice where it is left out. */
  readonly artifactLocation?: string | undefined
  readonly tags?: Texts | undefined
}

export interface ExperimentSearch extends SearchOptions {
  /** Default `ACTIVE_ONLY`. */
  readonly viewType?: ViewType | undefined
}

/** What MLflow's own client asks for; servers refuse a search without it. */
const EXPERIMENTS_A_PAGE = 1000

/** Experiments, as MLflow's client has them. All methods throw ServingError with the server's code and message. */
export class ExperimentClient extends ApiClient {
  /** @returns the id. @throws ServingError RESOURCE_ALREADY_EXISTS, also for the name of a deleted one */
  async createExperiment(name: string, options: NewExperiment = {}): Promise<string> {
    const { artifactLocation, tags } = options
    const request = { name, artifactLocation, tags: tagsOf(tags) }
    const { experimentId } = await this.caller.call(CREATE, request, options)
    return required(experimentId, 'experiment_id')
  }

  async getExperiment(experimentId: string, call?: CallOptions): Promise<Experiment> {
    const { experiment } = await this.caller.call(GET, { experimentId }, call)
    return readExperiment(required(experiment, 'experiment'))
  }

  /** Deleted experiments are there too. */
  async getExperimentByName(experimentName: string, call?: CallOptions): Promise<Experiment | undefined> {
    try {
      const { experiment } = await this.caller.call(GET_BY_NAME, { experimentName }, call)
      return readExperiment(required(experiment, 'experiment'))
    } catch (error) {
      if (error instanceof ServingError && error.code === 'RESOURCE_DOES_NOT_EXIST') return undefined
      throw error
    }
  }

  /** One page; the newest first unless `orderBy` says otherwise. */
  async searchExperiments(search: ExperimentSearch = {}): Promise<Page<Experiment>> {
    const { filter, orderBy, pageToken, maxResults = EXPERIMENTS_A_PAGE, viewType = 'ACTIVE_ONLY' } = search
    const request = { filter, orderBy, pageToken, maxResults, viewType }
    const { experiments, nextPageToken } = await this.caller.call(SEARCH, request, search)
    return pageOf(experiments.map(readExperiment), nextPageToken)
  }

  /** All that are found, page after page. */
  allExperiments(search: ExperimentSearch = {}): AsyncGenerator<Experiment, void, undefined> {
    return eachOf((pageToken) => this.searchExperiments({ ...search, pageToken }), search.pageToken)
  }

  async renameExperiment(experimentId: string, newName: string, call?: CallOptions): Promise<void> {
    await this.caller.call(UPDATE, { experimentId, newName }, call)
  }

  /** It can be restored; its name stays taken. */
  async deleteExperiment(experimentId: string, call?: CallOptions): Promise<void> {
    await this.caller.call(DELETE, { experimentId }, call)
  }

  async restoreExperiment(experimentId: string, call?: CallOptions): Promise<void> {
    await this.caller.call(RESTORE, { experimentId }, call)
  }

  async setExperimentTag(
    experimentId: string,
    key: string,
    value: Texts[string],
    call?: CallOptions,
  ): Promise<void> {
    await this.caller.call(SET_TAG, { experimentId, key, value: String(value) }, call)
  }

  async deleteExperimentTag(experimentId: string, key: string, call?: CallOptions): Promise<void> {
    await this.caller.call(DELETE_TAG, { experimentId, key }, call)
  }
}
