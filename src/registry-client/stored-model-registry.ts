import type { LoggedModel } from '../entities/logged-model.ts'
import type { ModelVersion } from '../entities/model-version.ts'
import type { RegisteredModel } from '../entities/registered-model.ts'
import type { RunInfo } from '../entities/run-info.ts'
import type { Stores } from '../store/stores.ts'
import type { LoggedModelFilter } from '../store/tracking-store.ts'
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
    return this.#stores.registry.getRegisteredModel(name)
  }

  searchRegisteredModels(): Promise<readonly RegisteredModel[]> {
    return this.#stores.registry.searchRegisteredModels()
  }

  getModelVersion(name: string, version: string): Promise<ModelVersion> {
    return this.#stores.registry.getModelVersion(name, version)
  }

  searchModelVersions(name: string): Promise<readonly ModelVersion[]> {
    return this.#stores.registry.searchModelVersions(name)
  }

  getLatestVersions(name: string, stages?: readonly string[]): Promise<readonly ModelVersion[]> {
    return this.#stores.registry.getLatestVersions(name, stages)
  }

  getModelVersionByAlias(name: string, alias: string): Promise<ModelVersion> {
    return this.#stores.registry.getModelVersionByAlias(name, alias)
  }

  getModelVersionDownloadUri(name: string, version: string): Promise<string> {
    return this.#stores.registry.getModelVersionDownloadUri(name, version)
  }

  getLoggedModel(modelId: string): Promise<LoggedModel> {
    return this.#stores.tracking.getLoggedModel(modelId)
  }

  searchLoggedModels(filter: LoggedModelFilter): Promise<readonly LoggedModel[]> {
    return this.#stores.tracking.searchLoggedModels(filter)
  }

  getRun(runId: string): Promise<RunInfo> {
    return this.#stores.tracking.getRun(runId)
  }

  close(): Promise<void> {
    return this.#stores.close()
  }
}
