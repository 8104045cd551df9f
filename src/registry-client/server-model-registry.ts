import type { MlflowServer } from '../client/mlflow-server.ts'
import type { LoggedModelFilter } from '../client/tracking-api.ts'
import type { LoggedModel } from '../entities/logged-model.ts'
import type { ModelVersion } from '../entities/model-version.ts'
import type { RegisteredModel } from '../entities/registered-model.ts'
import type { RunInfo } from '../entities/run-info.ts'
import type { ModelRegistry } from './model-registry.ts'

/** An MLflow server, asked over REST. */
export class ServerModelRegistry implements ModelRegistry {
  readonly #client: MlflowServer

  constructor(client: MlflowServer) {
    this.#client = client
  }

  get uri(): string {
    return this.#client.url
  }

  getRegisteredModel(name: string): Promise<RegisteredModel> {
    return this.#client.registry.getRegisteredModel(name)
  }

  searchRegisteredModels(): Promise<readonly RegisteredModel[]> {
    return this.#client.registry.searchRegisteredModels()
  }

  getModelVersion(name: string, version: string): Promise<ModelVersion> {
    return this.#client.registry.getModelVersion(name, version)
  }

  searchModelVersions(name: string): Promise<readonly ModelVersion[]> {
    return this.#client.registry.searchModelVersions(name)
  }

  getLatestVersions(name: string, stages?: readonly string[]): Promise<readonly ModelVersion[]> {
    return this.#client.registry.getLatestVersions(name, stages)
  }

  getModelVersionByAlias(name: string, alias: string): Promise<ModelVersion> {
    return this.#client.registry.getModelVersionByAlias(name, alias)
  }

  getModelVersionDownloadUri(name: string, version: string): Promise<string> {
    return this.#client.registry.getModelVersionDownloadUri(name, version)
  }

  getLoggedModel(modelId: string): Promise<LoggedModel> {
    return this.#client.tracking.getLoggedModel(modelId)
  }

  searchLoggedModels(filter: LoggedModelFilter): Promise<readonly LoggedModel[]> {
    return this.#client.tracking.searchLoggedModels(filter)
  }

  getRun(runId: string): Promise<RunInfo> {
    return this.#client.tracking.getRun(runId)
  }

  close(): Promise<void> {
    return this.#client.close()
  }
}
