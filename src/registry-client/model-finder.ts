import { invalidModel, notFound, ServingError } from '../core/errors.ts'
import type { LoggedModel } from '../entities/logged-model.ts'
import type { ModelVersion } from '../entities/model-version.ts'
import type { RunInfo } from '../entities/run-info.ts'
import { type ArtifactPlace, type ArtifactPlaces, whatIsAt } from './artifact-places.ts'
import { findModelVersion, type VersionUri } from './find-model-version.ts'
import type { Patience } from './mlflow-servers.ts'
import type { ModelRegistry } from './model-registry.ts'
import { canonicalModelUri, type LookedUpUri, parseModelUri } from './model-uri.ts'
import type { Registries } from './registries.ts'
import type { RegistryPlace } from './registry-place.ts'

/** What a model URI leads to, before any file is fetched. */
export interface FoundModel {
  readonly canonicalUri: string
  readonly name: string
  readonly version: string | undefined
  readonly alias: string | undefined
  readonly place: ArtifactPlace
}

/** A location may be a model URI again; as many steps are taken, so a circle ends too. */
const MAX_STEPS = 5

export interface ModelFinderOptions {
  readonly registries: Registries
  readonly artifacts: ArtifactPlaces
  readonly patience: Patience
}

/** One way from a model URI over entities of the registry to the place of its files. */
export class ModelFinder {
  readonly #registries: Registries
  readonly #artifacts: ArtifactPlaces
  readonly #patience: Patience
  #steps = 0

  constructor({ registries, artifacts, patience }: ModelFinderOptions) {
    this.#registries = registries
    this.#artifacts = artifacts
    this.#patience = patience
  }

  /** @throws ServingError, one for which `isUnreachable` holds where a registry did not answer */
  async find(asked: LookedUpUri): Promise<FoundModel> {
    switch (asked.kind) {
      case 'artifacts':
        return this.#findArtifacts(asked.uri)
      case 'logged-model':
        return this.#findLoggedModel(asked.modelId)
      case 'run':
        return this.#findInRun(asked)
      default:
        return this.#findVersion(asked)
    }
  }

  async #findArtifacts(uri: string): Promise<FoundModel> {
    const place = await this.#artifacts.find({
      ...{ uri, title: 'The model', namedBy: undefined },
      patience: this.#patience,
    })
    return unversioned({ kind: 'artifacts', uri }, lastSegment(uri), place)
  }

  async #findVersion(asked: VersionUri): Promise<FoundModel> {
    const namedBy = this.#registries.place('registry')
    const registry = await this.#registries.open(namedBy, this.#patience)
    const found = await findModelVersion(registry, asked)
    const title = `Version ${found.version} of model '${found.name}'`
    requireReady(found, title)
    const uri = await registry.getModelVersionDownloadUri(found.name, found.version)
    return { ...labels(asked, found), place: await this.#follow(uri, title, namedBy) }
  }

  async #findLoggedModel(modelId: string): Promise<FoundModel> {
    const namedBy = this.#registries.place('tracking')
    const tracking = await this.#registries.open(namedBy, this.#patience)
    const model = await tracking.getLoggedModel(modelId)
    return unversioned({ kind: 'logged-model', modelId }, model.name, await this.#placeOf(model, namedBy))
  }

  /**
   * What the run logged at the path; where that is no model, the logged model of the run with that name.
   * (MLflow 3.17.2, `RunsArtifactRepository`: it lays the logged model's files over the run's)
   */
  async #findInRun(asked: LookedUpUri & { readonly kind: 'run' }): Promise<FoundModel> {
    const namedBy = this.#registries.place('tracking')
    const tracking = await this.#registries.open(namedBy, this.#patience)
    const run = await tracking.getRun(asked.runId)
    const logged = await this.#loggedByRun(run, asked.path, namedBy)
    const there = logged === undefined ? 'nothing' : await whatIsAt(logged)
    if (logged !== undefined && there === 'model') return found(logged)
    const model = await modelOfRun(tracking, run, asked.path)
    if (model !== undefined) return found(await this.#placeOf(model, namedBy))
    if (logged !== undefined && there === 'something') return found(logged)
    throw notFound(`Run '${run.runId}' has no artifacts and no logged model at '${asked.path}'`)

    function found(place: ArtifactPlace): FoundModel {
      return unversioned(asked, lastSegment(asked.path) || run.runName, place)
    }
  }

  async #loggedByRun(
    { runId, artifactUri }: RunInfo,
    path: string,
    namedBy: RegistryPlace,
  ): Promise<ArtifactPlace | undefined> {
    const uri = path === '' ? artifactUri : `${artifactUri.replace(/\/+$/, '')}/${path}`
    try {
      return await this.#artifacts.find({ uri, title: `Run '${runId}'`, namedBy })
    } catch (error) {
      if (error instanceof ServingError && error.code === 'RESOURCE_DOES_NOT_EXIST') return undefined
      throw error
    }
  }

  async #placeOf(model: LoggedModel, namedBy: RegistryPlace): Promise<ArtifactPlace> {
    const title = `Logged model '${model.modelId}'`
    if (model.status !== 'READY') throw invalidModel(`${title} is not ready (${model.status})`)
    return this.#follow(model.artifactLocation, title, namedBy)
  }

  async #follow(uri: string, title: string, namedBy: RegistryPlace): Promise<ArtifactPlace> {
    if (!/^(models|runs):/i.test(uri)) return this.#artifacts.find({ uri, title, namedBy })
    this.#steps += 1
    if (this.#steps > MAX_STEPS) {
      throw invalidModel(`${title} has its files at ${uri}, which leads on and on without coming to an end`)
    }
    const next = parseModelUri(uri)
    if (next.kind === 'path') throw invalidModel(`${title} has its files at ${uri}, which leads nowhere`)
    return (await this.find(next)).place
  }
}

function requireReady(version: ModelVersion, title: string): void {
  if (version.status === 'READY') return
  const reason = version.statusMessage === undefined ? '' : `: ${version.statusMessage}`
  throw invalidModel(`${title} is not ready (${version.status}${reason})`)
}

/** The first segment is the model's name, and what follows a path within it, which no model begins at. */
async function modelOfRun(
  tracking: ModelRegistry,
  { runId, experimentId }: RunInfo,
  path: string,
): Promise<LoggedModel | undefined> {
  if (path === '' || path.includes('/')) return undefined
  const models = await tracking.searchLoggedModels({ experimentId, name: path })
  return models.find(({ sourceRunId }) => sourceRunId === runId)
}

function labels(asked: VersionUri, { name, version }: ModelVersion): Omit<FoundModel, 'place'> {
  const alias = asked.kind === 'alias' && asked.alias.toLowerCase() !== 'latest' ? asked.alias : undefined
  const canonicalUri = canonicalModelUri(
    alias === undefined ? { kind: 'version', name, version } : { kind: 'alias', name, alias },
  )
  return { canonicalUri, name, version, alias }
}

function unversioned(asked: LookedUpUri, name: string, place: ArtifactPlace): FoundModel {
  return { canonicalUri: canonicalModelUri(asked), name, version: undefined, alias: undefined, place }
}

function lastSegment(path: string): string {
  const segment = /([^/]*)\/*$/.exec(path)?.[1] ?? ''
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
