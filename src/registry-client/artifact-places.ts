import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { ArtifactRepository } from '../artifacts/artifact-repository.ts'
import { type LocalPlaces, localPathsOf } from '../artifacts/local-artifacts.ts'
import { invalidModel, notFound, ServingError } from '../core/errors.ts'
import type { MlflowServers, Patience } from './mlflow-servers.ts'
import { withoutUserInfo } from './model-uri.ts'
import { refuseScheme } from './refused-schemes.ts'
import { placesOf, type Registries } from './registries.ts'
import { notAsked, type RegistryPlace } from './registry-place.ts'

/** Where a model's files are: on this machine, or somewhere that they are fetched from. */
export type ArtifactPlace =
  | { readonly kind: 'local'; readonly path: string; readonly uri: string }
  | { readonly kind: 'remote'; readonly repository: ArtifactRepository; readonly uri: string }

/** An artifact URI, with what it takes to follow it and to speak of it. */
export interface NamedArtifacts {
  readonly uri: string
  /** Whose files they are, as the beginning of a sentence. */
  readonly title: string
  /** Who says that they are there; undefined where the model URI itself does. */
  readonly namedBy: RegistryPlace | undefined
  /** Full where a registry that answers names them: what it says now counts more than an older copy. */
  readonly patience?: Patience
}

export interface ArtifactPlacesOptions {
  readonly registries: Registries
  readonly servers: MlflowServers
  /** What paths that a server names are relative to, as for MLflow's client. */
  readonly folder: string
  /** What is on another machine counts as unreachable, without being asked. */
  readonly offline: boolean
}

/** From artifact URIs to places that can be read. */
export class ArtifactPlaces {
  readonly #registries: Registries
  readonly #servers: MlflowServers
  readonly #folder: string
  readonly #offline: boolean

  constructor({ registries, servers, folder, offline }: ArtifactPlacesOptions) {
    this.#registries = registries
    this.#servers = servers
    this.#folder = folder
    this.#offline = offline
  }

  /** @throws ServingError RESOURCE_DOES_NOT_EXIST where a place on this machine holds nothing */
  async find(artifacts: NamedArtifacts): Promise<ArtifactPlace> {
    const { uri, title } = artifacts
    if (uri.trim() === '') throw invalidModel(`${title} has no files: its location is empty`)
    const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(uri)?.[1]?.toLowerCase() ?? 'file'
    switch (scheme) {
      case 'file':
        return this.#onThisMachine(artifacts)
      case 'mlflow-artifacts':
        return this.#proxied(artifacts)
      case 'http':
      case 'https':
        return this.#remote(artifacts, this.#serverFor(artifacts))
      default:
        refuseScheme(scheme, `The location of the model's files, ${withoutUserInfo(uri)},`)
        throw invalidModel(`${title} has its files at ${withoutUserInfo(uri)}: '${scheme}:' is unknown`)
    }
  }

  async #onThisMachine(artifacts: NamedArtifacts): Promise<ArtifactPlace> {
    const { uri, title, namedBy } = artifacts
    const paths = localPathsOf(uri, await this.#places(namedBy))
    const path = paths.find((candidate) => existsSync(candidate))
    if (path !== undefined) return { kind: 'local', path, uri }
    const nothing = `${title} has its files at ${uri}`
    if (namedBy?.kind !== 'server')
      throw notFound(`${nothing}, but there is nothing at ${paths.join(' or ')}`)
    throw notFound(
      `${nothing}, on the own disk of the server ${namedBy.publicUri}: start the server with --serve-artifacts and ` +
        'log the model anew, or give this machine that folder',
    )
  }

  /** A server of the tracking URI comes first, as for MLflow; then the one that named the files; then a folder. */
  async #proxied(artifacts: NamedArtifacts): Promise<ArtifactPlace> {
    const { uri, namedBy } = artifacts
    const server = this.#serverFor(artifacts)
    const hasHost = /^mlflow-artifacts:\/\/[^/]/i.test(uri)
    if (server !== undefined || hasHost) return this.#remote(artifacts, server)
    return this.#onThisMachine({ ...artifacts, namedBy: namedBy ?? this.#registries.place('tracking') })
  }

  async #remote(
    { uri, patience = 'full' }: NamedArtifacts,
    server: string | undefined,
  ): Promise<ArtifactPlace> {
    if (this.#offline) throw notAsked(withoutUserInfo(uri))
    const repository = await this.#servers.artifacts(uri, server, patience)
    return { kind: 'remote', repository, uri: withoutUserInfo(uri) }
  }

  #serverFor({ namedBy }: NamedArtifacts): string | undefined {
    const tracking = this.#trackingPlace()
    if (tracking?.kind === 'server') return tracking.url
    return namedBy?.kind === 'server' ? namedBy.url : undefined
  }

  /** A tracking URI that Headrace cannot read does not stand in the way of a registry that it can. */
  #trackingPlace(): RegistryPlace | undefined {
    try {
      return this.#registries.place('tracking')
    } catch (error) {
      if (error instanceof ServingError) return undefined
      throw error
    }
  }

  async #places(namedBy: RegistryPlace | undefined): Promise<LocalPlaces> {
    if (namedBy?.kind === 'database') return placesOf(namedBy)
    return { artifactRoot: undefined, folders: [this.#folder] }
  }
}

/** What a folder is a model by: MLflow's file, or that of a bare TF.js model. */
const MODEL_FILES: readonly string[] = ['MLmodel', 'model.json']

/** How much of a model is at a place. */
export async function whatIsAt(place: ArtifactPlace): Promise<'model' | 'something' | 'nothing'> {
  if (place.kind === 'local') {
    return MODEL_FILES.some((name) => existsSync(join(place.path, name))) ? 'model' : 'something'
  }
  try {
    const files = await place.repository.list()
    if (files.some(({ path }) => MODEL_FILES.includes(path))) return 'model'
    return files.length === 0 ? 'nothing' : 'something'
  } catch (error) {
    if (error instanceof ServingError && error.code === 'RESOURCE_DOES_NOT_EXIST') return 'nothing'
    throw error
  }
}
