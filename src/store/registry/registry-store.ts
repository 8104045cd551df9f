import type { ModelVersionStore } from './model-version-store.ts'
import type { RegisteredModelStore } from './registered-model-store.ts'

/** MLflow's model registry store, by nouns. */
export interface RegistryStore {
  readonly registeredModels: RegisteredModelStore
  readonly modelVersions: ModelVersionStore
}
