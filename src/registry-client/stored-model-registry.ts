import type { LoggedModel } from '../entities/logged-model.ts'
import type { ModelVersion } from '../entities/model-version.ts'
import type { RegisteredModel } from '../entities/registered-model.ts'
import type { RunInfo } from '../entities/run-info.ts'
import type { Stores } from '../store/stores.ts'
import type { LoggedModelFilter } from '../store/tracking/logged-model-store.ts'
import type { ModelRegistry } from './model-registry.ts'

/** The stores of a database, read. */
export class StoredModelRegistry implements ModelRegistry {
  readonly uri: string
  readonly #stores: Stores

  /** @param uri without credentials. */
  constructor(uri: string, stores: Stores) {
    this.uri = uri
    this.#stores = stores
  }

  getRegisteredModel(name: string): Promise<RegisteredModel> {
    return this.#stores.registry.registeredModels.get(name)
  }

  searchRegisteredModels(): Promise<readonly RegisteredModel[]> {
    return this.#stores.registry.registeredModels.list()
  }

  getModelVersion(name: string, version: string): Promise<ModelVersion> {
    return this.#stores.registry.modelVersions.get(name, version)
  }

  searchModelVersions(name: string): Promise<readonly ModelVersion[]> {
    return this.#stores.registry.modelVersions.ofModel(name)
  }

  getLatestVersions(name: string, stages?: readonly string[]): Promise<readonly ModelVersion[]> {
    return this.#stores.registry.modelVersions.getLatest(name, stages)
  }

  getModelVersionByAlias(name: string, alias: string): Promise<ModelVersion> {
    return this.#stores.registry.modelVersions.getByAlias(name, alias)
  }

  getModelVersionDownloadUri(name: string, version: string): Promise<string> {
    return this.#stores.registry.modelVersions.getDownloadUri(name, version)
  }

  getLoggedModel(modelId: string): Promise<LoggedModel> {
    return this.#stores.tracking.loggedModels.get(modelId)
  }

  searchLoggedModels(filter: LoggedModelFilter): Promise<readonly LoggedModel[]> {
    return this.#stores.tracking.loggedModels.ofName(filter)
  }

  getRun(runId: string): Promise<RunInfo> {
    return this.#stores.tracking.runs.getInfo(runId)
  }

  close(): Promise<void> {
    return this.#stores.close()
  }
}
