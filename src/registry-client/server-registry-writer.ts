import type { ModelRegistration, Registered } from './model-registration.ts'
import { type RegisteringServer, registerOnServer } from './register-on-server.ts'
import type { RegistryWriter } from './registry-writer.ts'

/** A server's registry, changed over REST. */
export class ServerRegistryWriter implements RegistryWriter {
  readonly #server: RegisteringServer

  constructor(server: RegisteringServer) {
    this.#server = server
  }

  register(registration: ModelRegistration): Promise<Registered> {
    return registerOnServer(this.#server, registration)
  }

  setAlias(name: string, alias: string, version: string): Promise<void> {
    return this.#server.client.setRegisteredModelAlias(name, alias, version)
  }

  deleteAlias(name: string, alias: string): Promise<void> {
    return this.#server.client.deleteRegisteredModelAlias(name, alias)
  }

  deleteModel(name: string): Promise<void> {
    return this.#server.client.deleteRegisteredModel(name)
  }

  deleteVersion(name: string, version: string): Promise<void> {
    return this.#server.client.deleteModelVersion(name, version)
  }

  close(): Promise<void> {
    return this.#server.client.close()
  }
}
