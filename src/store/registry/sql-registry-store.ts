import { NO_ARTIFACT_HOSTS } from '../artifact-hosts.ts'
import type { SqlDatabase } from '../sql/sql-database.ts'
import type { ClientSources } from './client-source.ts'
import type { ModelVersionStore } from './model-version-store.ts'
import type { RegisteredModelStore } from './registered-model-store.ts'
import type { RegistryStore } from './registry-store.ts'
import { SqlModelVersions } from './sql-model-versions.ts'
import { SqlRegisteredModels } from './sql-registered-models.ts'

/** The model registry store on MLflow's SQL schema. */
export class SqlRegistryStore implements RegistryStore {
  readonly registeredModels: RegisteredModelStore
  readonly modelVersions: ModelVersionStore

  /** @param sources what clients of a server may make versions of */
  constructor(database: SqlDatabase, sources: ClientSources = { hosts: NO_ARTIFACT_HOSTS }) {
    this.registeredModels = new SqlRegisteredModels(database)
    this.modelVersions = new SqlModelVersions(database, sources)
  }
}
