import type { ModelRegistration, Registered } from './model-registration.ts'
import type { OpenRegistry } from './open-registry.ts'
import { registerModel } from './register-model.ts'
import type { RegistryWriter } from './registry-writer.ts'

/** A database's registry, changed in this process. */
export class StoredRegistryWriter implements RegistryWriter {
  readonly #open: OpenRegistry

  constructor(open: OpenRegistry) {
    this.#open = open
  }

  register(registration: ModelRegistration): Promise<Registered> {
    return registerModel(this.#open.stores, this.#open.places, registration)
  }

  setAlias(name: string, alias: string, version: string): Promise<void> {
    return this.#open.stores.registry.registeredModels.setAlias(name, alias, version)
  }

  deleteAlias(name: string, alias: string): Promise<void> {
    return this.#open.stores.registry.registeredModels.deleteAlias(name, alias)
  }

  deleteModel(name: string): Promise<void> {
    return this.#open.stores.registry.registeredModels.delete(name)
  }

  deleteVersion(name: string, version: string): Promise<void> {
    return this.#open.stores.registry.modelVersions.delete(name, version)
  }

  close(): Promise<void> {
    return this.#open.stores.close()
  }
}
