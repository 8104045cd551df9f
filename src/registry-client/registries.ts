import type { LocalPlaces } from '../artifacts/local-artifacts.ts'
import type { MlflowServers, Patience } from './mlflow-servers.ts'
import type { ModelRegistry } from './model-registry.ts'
import { type ReadDatabase, readDatabase } from './read-database.ts'
import {
  type DatabasePlace,
  isElsewhere,
  notAsked,
  type RegistryLocation,
  type RegistryPlace,
  registryPlace,
} from './registry-place.ts'

/** The two places that model URIs are looked up in; often they are one. */
export interface RegistryLocations {
  /** Registered models: `models:/name…`. */
  readonly registry: RegistryLocation
  /** Runs, logged models and `mlflow-artifacts:/`. */
  readonly tracking: RegistryLocation
}

export interface RegistriesInit {
  readonly locations: RegistryLocations
  readonly servers: MlflowServers
  /** What is on another machine counts as unreachable, without being asked. */
  readonly offline: boolean
  /** In the calling thread unless set. */
  readonly readDatabase?: ReadDatabase
}

/** Opens the tracking store and the registry that the settings name, each when it is first asked for something. */
export class Registries {
  readonly #locations: RegistryLocations
  readonly #servers: MlflowServers
  readonly #offline: boolean
  readonly #readDatabase: ReadDatabase
  readonly #opened = new Map<string, Promise<ModelRegistry>>()

  constructor(init: RegistriesInit) {
    this.#locations = init.locations
    this.#servers = init.servers
    this.#offline = init.offline
    this.#readDatabase = init.readDatabase ?? readDatabase
  }

  /** @throws ServingError where Headrace does not read registries of this kind */
  place(role: keyof RegistryLocations): RegistryPlace {
    return registryPlace(this.#locations[role])
  }

  async open(place: RegistryPlace, patience: Patience): Promise<ModelRegistry> {
    if (this.#offline && isElsewhere(place)) throw notAsked(place.publicUri)
    const key = `${patience} ${place.publicUri}`
    const known = this.#opened.get(key)
    if (known !== undefined) return known
    const opened =
      place.kind === 'server' ? this.#ask(place.url, patience) : this.#readDatabase(place, patience)
    this.#opened.set(key, opened)
    return opened
  }

  async close(): Promise<void> {
    const opened = await Promise.allSettled(this.#opened.values())
    await Promise.all(opened.map((each) => (each.status === 'fulfilled' ? each.value.close() : undefined)))
    await this.#servers.close()
  }

  async #ask(url: string, patience: Patience): Promise<ModelRegistry> {
    const { ServerModelRegistry } = await import('./server-model-registry.ts')
    return new ServerModelRegistry(await this.#servers.client(url, patience))
  }
}

/** Where the artifact URIs that a database holds lead to on this machine. */
export async function placesOf({ location }: DatabasePlace): Promise<LocalPlaces> {
  const { localPlacesOf } = await import('./open-registry.ts')
  return localPlacesOf(location)
}
