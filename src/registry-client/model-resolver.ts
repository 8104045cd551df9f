import { isUnreachable } from '../core/errors.ts'
import type { ResolvedModel } from '../core/resolved-model.ts'
import { ArtifactPlaces } from './artifact-places.ts'
import type { CacheLog, ModelCache } from './cache/model-cache.ts'
import { CachedModels, type DownloadDisplay, type Question } from './cached-models.ts'
import { localModel } from './local-model.ts'
import { MlflowServers, type Patience, type ServerAccess } from './mlflow-servers.ts'
import { ModelFinder } from './model-finder.ts'
import { canonicalModelUri, type LookedUpUri, parseModelUri } from './model-uri.ts'
import type { ReadDatabase } from './read-database.ts'
import { Registries, type RegistryLocations } from './registries.ts'
import type { RegistryClient, ResolveOptions } from './registry-client.ts'
import { isElsewhere } from './registry-place.ts'

export interface ModelResolverOptions {
  readonly locations: RegistryLocations
  /** What relative paths are relative to. */
  readonly folder: string
  readonly access: ServerAccess
  /** Opened when the first model lies on another machine. */
  readonly openCache: () => Promise<ModelCache>
  /** Ask no other machine: what is not here and not in the cache is not there. */
  readonly offline: boolean
  /** In the calling thread unless set. */
  readonly readDatabase?: ReadDatabase
  readonly log: CacheLog
  readonly showDownload?: (title: string) => DownloadDisplay
}

/**
 * Resolves model URIs of every form, in any mix of places: databases and servers, files on this machine and files
 * that are fetched from another one into the cache.
 */
export class ModelResolver implements RegistryClient {
  readonly #folder: string
  readonly #offline: boolean
  readonly #log: CacheLog
  readonly #registries: Registries
  readonly #artifacts: ArtifactPlaces
  readonly #cached: CachedModels

  /** Nothing is opened, asked or imported before a URI needs it. */
  constructor(options: ModelResolverOptions) {
    const { folder, offline, log } = options
    const servers = new MlflowServers(options.access)
    this.#folder = folder
    this.#offline = offline
    this.#log = log
    this.#registries = new Registries({ ...options, servers })
    this.#artifacts = new ArtifactPlaces({ registries: this.#registries, servers, folder, offline })
    this.#cached = new CachedModels(options)
  }

  async resolve(uri: string, options: ResolveOptions = {}): Promise<ResolvedModel> {
    const asked = parseModelUri(uri)
    if (asked.kind === 'path') return localModel(uri, asked.path, this.#folder)
    const question = this.#questionOf(uri, asked)
    if (options.takesCopy === true && question.elsewhere) {
      const model = (await this.#cached.copyOf(question))?.model
      if (model !== undefined) return { ...model, origin: { ...model.origin, kind: 'cached' } }
    }
    const patience = await this.#patienceFor(question)
    try {
      return await this.#ask(asked, question, { patience, ...options })
    } catch (error) {
      if (!isUnreachable(error)) throw error
      const copy = await this.#cached.copyOf(question)
      if (copy !== undefined) return this.#standIn(copy, error)
      if (this.#offline) throw await this.#cached.notThere(question)
      // The copy for whose sake the registry was asked only briefly is damaged.
      if (patience === 'brief') return this.#ask(asked, question, { patience: 'full', ...options })
      throw error
    }
  }

  close(): Promise<void> {
    return this.#registries.close()
  }

  async #ask(
    asked: LookedUpUri,
    question: Question,
    { patience, signal }: ResolveOptions & { readonly patience: Patience },
  ): Promise<ResolvedModel> {
    const finder = new ModelFinder({ registries: this.#registries, artifacts: this.#artifacts, patience })
    const { place, ...labels } = await finder.find(asked)
    const { uri, registry } = question
    if (place.kind === 'remote') return this.#cached.fetch(question, { ...labels, ...place }, signal)
    const origin = { kind: 'local', location: place.path, registry } as const
    return { uri, ...labels, path: place.path, origin }
  }

  #questionOf(uri: string, asked: LookedUpUri): Question {
    const canonicalUri = canonicalModelUri(asked)
    if (asked.kind === 'artifacts' && /^http/i.test(asked.uri)) {
      return { uri, canonicalUri, registry: undefined, elsewhere: true }
    }
    const isTracked = asked.kind === 'artifacts' || asked.kind === 'run' || asked.kind === 'logged-model'
    const place = this.#registries.place(isTracked ? 'tracking' : 'registry')
    return { uri, canonicalUri, registry: place.publicUri, elsewhere: isElsewhere(place) }
  }

  /** As long as MLflow's client waits where there is nothing else to go by. */
  async #patienceFor(question: Question): Promise<Patience> {
    if (this.#offline || !question.elsewhere) return 'full'
    return (await this.#cached.knows(question)) ? 'brief' : 'full'
  }

  #standIn(
    { model, resolvedAt }: { model: ResolvedModel; resolvedAt: number },
    reason: Error,
  ): ResolvedModel {
    const since = new Date(resolvedAt).toISOString()
    const version = model.version === undefined ? '' : ` (version ${model.version})`
    const copy = `${model.canonicalUri}${version} is served from the cache, as it was on ${since}`
    const fields = { registry: model.origin.registry, uri: model.canonicalUri, since }
    if (this.#offline) this.#log.info(fields, `The registry is not asked (--offline): ${copy}`)
    else this.#log.warn(fields, `The registry does not answer (${reason.message}): ${copy}`)
    return model
  }
}
