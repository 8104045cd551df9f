import { ServingError } from '../../core/errors.ts'
import type { ModelVersionWithData } from '../../entities/model-version.ts'
import { Empty } from '../../protocols/mlflow-rest/messages/empty.ts'
import * as messages from '../../protocols/mlflow-rest/messages/model-versions.ts'
import { pause } from '../retry.ts'
import { apiCall } from './api-call.ts'
import type { CallOptions, SearchOptions } from './api-client.ts'
import { required } from './narrow.ts'
import { eachOf, type Page, pageOf } from './page.ts'
import { readModelVersion } from './read-registry.ts'
import { RegisteredModelClient } from './registered-model-client.ts'
import { type Texts, tagsOf } from './tags.ts'

const VERSIONS = '/2.0/mlflow/model-versions'
const CREATE = apiCall(
  `POST ${VERSIONS}/create`,
  messages.CreateModelVersion,
  messages.CreateModelVersionResponse,
)
const GET = apiCall(`GET ${VERSIONS}/get`, messages.GetModelVersion, messages.GetModelVersionResponse)
const UPDATE = apiCall(
  `PATCH ${VERSIONS}/update`,
  messages.UpdateModelVersion,
  messages.UpdateModelVersionResponse,
)
const DELETE = apiCall(`DELETE ${VERSIONS}/delete`, messages.DeleteModelVersion, Empty)
const SEARCH = apiCall(
  `GET ${VERSIONS}/search`,
  messages.SearchModelVersions,
  messages.SearchModelVersionsResponse,
)
const TRANSITION = apiCall(
  `POST ${VERSIONS}/transition-stage`,
  messages.TransitionModelVersionStage,
  messages.TransitionModelVersionStageResponse,
)
const DOWNLOAD_URI = apiCall(
  `GET ${VERSIONS}/get-download-uri`,
  messages.GetModelVersionDownloadUri,
  messages.GetModelVersionDownloadUriResponse,
)
const SET_TAG = apiCall(`POST ${VERSIONS}/set-tag`, messages.SetModelVersionTag, Empty)
const DELETE_TAG = apiCall(`DELETE ${VERSIONS}/delete-tag`, messages.DeleteModelVersionTag, Empty)

export interface NewModelVersion extends CallOptions {
  readonly runId?: string | undefined
  /** Of the logged model that the version is. */
  readonly modelId?: string | undefined
  readonly runLink?: string | undefined
  readonly description?: string | undefined
  readonly tags?: Texts | undefined
  /** How long a version is waited for that the server does not register at once. Default 300 000; 0: not at all. */
  readonly awaitCreationMs?: number | undefined
}

export interface StageChange extends CallOptions {
  /** Move the versions that are in the stage to Archived. Default false. */
  readonly archiveExistingVersions?: boolean | undefined
}

/** What MLflow's own client asks for. */
const VERSIONS_A_PAGE = 10_000
/** Between two looks at a version that is being registered. */
const POLL_MS = 3_000

/** Versions of registered models. */
export class ModelVersionClient extends RegisteredModelClient {
  /** @param source artifact URI of the files: `runs:/…`, `models:/m-…`, a location of files */
  async createModelVersion(
    name: string,
    source: string,
    options: NewModelVersion = {},
  ): Promise<ModelVersionWithData> {
    const { runId, modelId, runLink, description, tags, awaitCreationMs = 300_000 } = options
    const request = { name, source, runId, modelId, runLink, description, tags: tagsOf(tags) }
    const { modelVersion } = await this.caller.call(CREATE, request, options)
    const made = readModelVersion(required(modelVersion, 'model_version'))
    return awaitCreationMs > 0 ? this.#registered(made, awaitCreationMs, options) : made
  }

  async getModelVersion(
    name: string,
    version: string | number,
    call?: CallOptions,
  ): Promise<ModelVersionWithData> {
    const { modelVersion } = await this.caller.call(GET, { name, version: String(version) }, call)
    return readModelVersion(required(modelVersion, 'model_version'))
  }

  async updateModelVersion(
    name: string,
    version: string | number,
    description: string,
    call?: CallOptions,
  ): Promise<ModelVersionWithData> {
    const request = { name, version: String(version), description }
    const { modelVersion } = await this.caller.call(UPDATE, request, call)
    return readModelVersion(required(modelVersion, 'model_version'))
  }

  /** Its number is not given again; its files stay. */
  async deleteModelVersion(name: string, version: string | number, call?: CallOptions): Promise<void> {
    await this.caller.call(DELETE, { name, version: String(version) }, call)
  }

  /** One page; aliases may be missing in it, as MLflow says of its search. */
  async searchModelVersions(search: SearchOptions = {}): Promise<Page<ModelVersionWithData>> {
    const { filter, orderBy, pageToken, maxResults = VERSIONS_A_PAGE } = search
    const request = { filter, orderBy, pageToken, maxResults }
    const { modelVersions, nextPageToken } = await this.caller.call(SEARCH, request, search)
    return pageOf(modelVersions.map(readModelVersion), nextPageToken)
  }

  allModelVersions(search: SearchOptions = {}): AsyncGenerator<ModelVersionWithData, void, undefined> {
    return eachOf((pageToken) => this.searchModelVersions({ ...search, pageToken }), search.pageToken)
  }

  /** Stages are MLflow's older way to say which version is for what; aliases are the newer. */
  async transitionModelVersionStage(
    name: string,
    version: string | number,
    stage: string,
    options: StageChange = {},
  ): Promise<ModelVersionWithData> {
    const { archiveExistingVersions = false } = options
    const request = { name, version: String(version), stage, archiveExistingVersions }
    const { modelVersion } = await this.caller.call(TRANSITION, request, options)
    return readModelVersion(required(modelVersion, 'model_version'))
  }

  /** Artifact URI of the version's files. */
  async getModelVersionDownloadUri(
    name: string,
    version: string | number,
    call?: CallOptions,
  ): Promise<string> {
    const { artifactUri } = await this.caller.call(DOWNLOAD_URI, { name, version: String(version) }, call)
    return required(artifactUri, 'artifact_uri')
  }

  async setModelVersionTag(
    name: string,
    version: string | number,
    tag: { readonly key: string; readonly value: Texts[string] },
    call?: CallOptions,
  ): Promise<void> {
    const request = { name, version: String(version), key: tag.key, value: String(tag.value) }
    await this.caller.call(SET_TAG, request, call)
  }

  async deleteModelVersionTag(
    name: string,
    version: string | number,
    key: string,
    call?: CallOptions,
  ): Promise<void> {
    await this.caller.call(DELETE_TAG, { name, version: String(version), key }, call)
  }

  async #registered(
    made: ModelVersionWithData,
    withinMs: number,
    call: CallOptions,
  ): Promise<ModelVersionWithData> {
    const until = Date.now() + withinMs
    let version = made
    while (version.status === 'PENDING_REGISTRATION' && Date.now() < until) {
      await pause(POLL_MS / 1000, call.signal, 'while it waited for the version')
      version = await this.getModelVersion(made.name, made.version, call)
    }
    if (version.status === 'READY') return version
    const reason = version.statusMessage === undefined ? '' : `: ${version.statusMessage}`
    throw new ServingError(
      'INVALID_STATE',
      `Version ${made.version} of model '${made.name}' was not registered within ${withinMs / 1000} s${reason}`,
    )
  }
}
