import type { ModelVersion } from '../entities/model-version.ts'
import { IS_PROMPT_TAG, type RegisteredModel } from '../entities/registered-model.ts'
import type { Connection } from './connection.ts'
import type { CallOptions } from './connection-options.ts'
import { allPages } from './pages.ts'
import { readModelVersion, readRegisteredModel } from './registry-wire.ts'
import { equals } from './search-text.ts'
import { objects, requiredObject, requiredText } from './wire.ts'

const MODELS = '/api/2.0/mlflow/registered-models'
const VERSIONS = '/api/2.0/mlflow/model-versions'

/** The most that the server gives at once (MLflow 3.17.2: 1000 models). */
const MODELS_A_PAGE = '1000'
/** What MLflow's own client asks for. */
const VERSIONS_A_PAGE = '10000'

/**
 * MLflow's model registry over REST. What a name names must be there, or the method throws ServingError
 * RESOURCE_DOES_NOT_EXIST (a missing alias: INVALID_PARAMETER_VALUE), with the server's message.
 */
export class RegistryApi {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /** The server's URL, without credentials. */
  get url(): string {
    return this.#connection.url
  }

  async getRegisteredModel(name: string, call?: CallOptions): Promise<RegisteredModel> {
    const answer = await this.#get(`${MODELS}/get`, { name }, call)
    return readRegisteredModel(requiredObject(answer, 'registered_model'))
  }

  /**
   * All but prompts; by name. Prompts are left out here and not by a filter, which would hide every model without
   * the tag from servers that know no prompts.
   */
  async searchRegisteredModels(call?: CallOptions): Promise<readonly RegisteredModel[]> {
    const found = await allPages('registered_models', (token) =>
      this.#get(`${MODELS}/search`, { max_results: MODELS_A_PAGE, ...pageToken(token) }, call),
    )
    return found
      .map(readRegisteredModel)
      .filter((model) => !isPrompt(model))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  async getModelVersion(name: string, version: string, call?: CallOptions): Promise<ModelVersion> {
    const answer = await this.#get(`${VERSIONS}/get`, { name, version }, call)
    return readModelVersion(requiredObject(answer, 'model_version'))
  }

  /** The newest first; none where the model is not there. Aliases may be missing, as MLflow says of its search. */
  async searchModelVersions(name: string, call?: CallOptions): Promise<readonly ModelVersion[]> {
    const condition = equals('name', name)
    const filter: Record<string, string> = condition === undefined ? {} : { filter: condition }
    const found = await allPages('model_versions', (token) =>
      this.#get(`${VERSIONS}/search`, { ...filter, max_results: VERSIONS_A_PAGE, ...pageToken(token) }, call),
    )
    return found
      .map(readModelVersion)
      .filter((version) => version.name === name)
      .sort((a, b) => Number(b.version) - Number(a.version))
  }

  /** The highest version of each of these stages (of all stages where none is named) that has one. */
  async getLatestVersions(
    name: string,
    stages: readonly string[] = [],
    call?: CallOptions,
  ): Promise<readonly ModelVersion[]> {
    const body = stages.length === 0 ? { name } : { name, stages }
    const path = `${MODELS}/get-latest-versions`
    const answer = await this.#connection.json({ method: 'POST', path, body }, call)
    return objects(answer, 'model_versions').map(readModelVersion)
  }

  /** The alias `latest` (any case) is the highest version. */
  async getModelVersionByAlias(name: string, alias: string, call?: CallOptions): Promise<ModelVersion> {
    const answer = await this.#get(`${MODELS}/alias`, { name, alias }, call)
    return readModelVersion(requiredObject(answer, 'model_version'))
  }

  /** Artifact URI of the version's files. */
  async getModelVersionDownloadUri(name: string, version: string, call?: CallOptions): Promise<string> {
    const answer = await this.#get(`${VERSIONS}/get-download-uri`, { name, version }, call)
    return requiredText(answer, 'artifact_uri')
  }

  /** Sets the tag, or gives it another value. */
  async setRegisteredModelTag(
    tag: { readonly name: string; readonly key: string; readonly value: string },
    call?: CallOptions,
  ): Promise<void> {
    await this.#connection.json({ method: 'POST', path: `${MODELS}/set-tag`, body: tag }, call)
  }

  /** Sets the alias, or moves it. */
  async setRegisteredModelAlias(
    alias: { readonly name: string; readonly alias: string; readonly version: string },
    call?: CallOptions,
  ): Promise<void> {
    await this.#connection.json({ method: 'POST', path: `${MODELS}/alias`, body: alias }, call)
  }

  /** No error where the model has no such alias. */
  async deleteRegisteredModelAlias(name: string, alias: string, call?: CallOptions): Promise<void> {
    await this.#connection.json({ method: 'DELETE', path: `${MODELS}/alias`, body: { name, alias } }, call)
  }

  #get(path: string, query: Readonly<Record<string, string>>, call: CallOptions | undefined) {
    return this.#connection.json({ method: 'GET', path, query }, call)
  }
}

function pageToken(token: string | undefined): Readonly<Record<string, string>> {
  return token === undefined ? {} : { page_token: token }
}

function isPrompt({ tags }: RegisteredModel): boolean {
  return tags.some(({ key, value }) => key === IS_PROMPT_TAG && value.toLowerCase() === 'true')
}
