import type { ModelVersionWithData } from '../../entities/model-version.ts'
import { IS_PROMPT_TAG, type RegisteredModel } from '../../entities/registered-model.ts'
import { Empty } from '../../protocols/mlflow-rest/messages/empty.ts'
import * as versions from '../../protocols/mlflow-rest/messages/model-versions.ts'
import * as messages from '../../protocols/mlflow-rest/messages/registered-models.ts'
import { apiCall } from './api-call.ts'
import type { CallOptions, SearchOptions } from './api-client.ts'
import { LoggedModelClient } from './logged-model-client.ts'
import { required } from './narrow.ts'
import { eachOf, type Page, pageOf } from './page.ts'
import { isPrompt, readModelVersion, readRegisteredModel } from './read-registry.ts'
import { type Texts, tagsOf } from './tags.ts'

const MODELS = '/2.0/mlflow/registered-models'
const CREATE = apiCall(
  `POST ${MODELS}/create`,
  messages.CreateRegisteredModel,
  messages.CreateRegisteredModelResponse,
)
const GET = apiCall(`GET ${MODELS}/get`, messages.GetRegisteredModel, messages.GetRegisteredModelResponse)
const RENAME = apiCall(
  `POST ${MODELS}/rename`,
  messages.RenameRegisteredModel,
  messages.RenameRegisteredModelResponse,
)
const UPDATE = apiCall(
  `PATCH ${MODELS}/update`,
  messages.UpdateRegisteredModel,
  messages.UpdateRegisteredModelResponse,
)
const DELETE = apiCall(`DELETE ${MODELS}/delete`, messages.DeleteRegisteredModel, Empty)
const SEARCH = apiCall(
  `GET ${MODELS}/search`,
  messages.SearchRegisteredModels,
  messages.SearchRegisteredModelsResponse,
)
const LATEST = apiCall(
  `POST ${MODELS}/get-latest-versions`,
  messages.GetLatestVersions,
  messages.GetLatestVersionsResponse,
)
const SET_TAG = apiCall(`POST ${MODELS}/set-tag`, messages.SetRegisteredModelTag, Empty)
const DELETE_TAG = apiCall(`DELETE ${MODELS}/delete-tag`, messages.DeleteRegisteredModelTag, Empty)
const SET_ALIAS = apiCall(`POST ${MODELS}/alias`, messages.SetRegisteredModelAlias, Empty)
const DELETE_ALIAS = apiCall(`DELETE ${MODELS}/alias`, messages.DeleteRegisteredModelAlias, Empty)
const BY_ALIAS = apiCall(
  `GET ${MODELS}/alias`,
  versions.GetModelVersionByAlias,
  versions.GetModelVersionByAliasResponse,
)

export interface NewRegisteredModel extends CallOptions {
  readonly description?: string | undefined
  readonly tags?: Texts | undefined
}

/** Registered models with their tags and aliases. */
export class RegisteredModelClient extends LoggedModelClient {
  /** @throws ServingError RESOURCE_ALREADY_EXISTS */
  async createRegisteredModel(name: string, options: NewRegisteredModel = {}): Promise<RegisteredModel> {
    const { description, tags } = options
    const reply = await this.caller.call(CREATE, { name, description, tags: tagsOf(tags) }, options)
    return readRegisteredModel(required(reply.registeredModel, 'registered_model'))
  }

  async getRegisteredModel(name: string, call?: CallOptions): Promise<RegisteredModel> {
    const { registeredModel } = await this.caller.call(GET, { name }, call)
    return readRegisteredModel(required(registeredModel, 'registered_model'))
  }

  /**
   * One page, by name unless `orderBy` says otherwise. Prompts, which registries keep among the models, are left out
   * of it unless the filter speaks of them: the page may be shorter then than those that follow.
   */
  async searchRegisteredModels(search: SearchOptions = {}): Promise<Page<RegisteredModel>> {
    const { filter, orderBy, maxResults, pageToken } = search
    const request = { filter, orderBy, maxResults, pageToken }
    const { registeredModels, nextPageToken } = await this.caller.call(SEARCH, request, search)
    const found = registeredModels.map(readRegisteredModel)
    const wantsPrompts = filter?.includes(IS_PROMPT_TAG) === true
    return pageOf(wantsPrompts ? found : found.filter((model) => !isPrompt(model)), nextPageToken)
  }

  allRegisteredModels(search: SearchOptions = {}): AsyncGenerator<RegisteredModel, void, undefined> {
    return eachOf((pageToken) => this.searchRegisteredModels({ ...search, pageToken }), search.pageToken)
  }

  /** Versions, aliases and tags go with it. */
  async renameRegisteredModel(name: string, newName: string, call?: CallOptions): Promise<RegisteredModel> {
    const { registeredModel } = await this.caller.call(RENAME, { name, newName }, call)
    return readRegisteredModel(required(registeredModel, 'registered_model'))
  }

  async updateRegisteredModel(
    name: string,
    description: string,
    call?: CallOptions,
  ): Promise<RegisteredModel> {
    const { registeredModel } = await this.caller.call(UPDATE, { name, description }, call)
    return readRegisteredModel(required(registeredModel, 'registered_model'))
  }

  /** With all its versions; their files stay. */
  async deleteRegisteredModel(name: string, call?: CallOptions): Promise<void> {
    await this.caller.call(DELETE, { name }, call)
  }

  /** The highest version of each of these stages (of all stages where none is named) that has one. */
  async getLatestVersions(
    name: string,
    stages: readonly string[] = [],
    call?: CallOptions,
  ): Promise<readonly ModelVersionWithData[]> {
    const { modelVersions } = await this.caller.call(LATEST, { name, stages }, call)
    return modelVersions.map(readModelVersion)
  }

  async setRegisteredModelTag(
    name: string,
    key: string,
    value: Texts[string],
    call?: CallOptions,
  ): Promise<void> {
    await this.caller.call(SET_TAG, { name, key, value: String(value) }, call)
  }

  async deleteRegisteredModelTag(name: string, key: string, call?: CallOptions): Promise<void> {
    await this.caller.call(DELETE_TAG, { name, key }, call)
  }

  /** Sets the alias, or moves it. */
  async setRegisteredModelAlias(
    name: string,
    alias: string,
    version: string | number,
    call?: CallOptions,
  ): Promise<void> {
    await this.caller.call(SET_ALIAS, { name, alias, version: String(version) }, call)
  }

  /** No error where the model has no such alias. */
  async deleteRegisteredModelAlias(name: string, alias: string, call?: CallOptions): Promise<void> {
    await this.caller.call(DELETE_ALIAS, { name, alias }, call)
  }

  /** The alias `latest` is the highest version. @throws ServingError INVALID_PARAMETER_VALUE for a missing alias */
  async getModelVersionByAlias(
    name: string,
    alias: string,
    call?: CallOptions,
  ): Promise<ModelVersionWithData> {
    const { modelVersion } = await this.caller.call(BY_ALIAS, { name, alias }, call)
    return readModelVersion(required(modelVersion, 'model_version'))
  }
}
