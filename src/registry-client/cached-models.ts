import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { ArtifactRepository } from '../artifacts/artifact-repository.ts'
import { messageOf, notFound, type ServingError } from '../core/errors.ts'
import type { ModelOrigin, ResolvedModel } from '../core/resolved-model.ts'
import type {
  CachedModel,
  CacheLog,
  DownloadProgress,
  ModelCache,
  RememberedModel,
} from './cache/model-cache.ts'

/** A model URI together with whom it is asked of: what an answer is remembered under. */
export interface Question {
  /** As it was given. */
  readonly uri: string
  readonly canonicalUri: string
  /** Without credentials; undefined where the model URI itself says where the files are. */
  readonly registry: string | undefined
  /** Whether whoever is asked is on another machine. */
  readonly elsewhere: boolean
}

/** A model whose files are on another machine. */
export interface RemoteModel {
  readonly canonicalUri: string
  readonly name: string
  readonly version: string | undefined
  readonly alias: string | undefined
  readonly repository: ArtifactRepository
  /** Artifact URI of the files, without credentials. */
  readonly uri: string
}

/** Told of a download under way. */
export interface DownloadDisplay {
  update(progress: DownloadProgress): void
  /** The download has ended, well or not. */
  stop(): Promise<void>
}

export interface CachedModelsOptions {
  readonly openCache: () => Promise<ModelCache>
  readonly log: CacheLog
  readonly showDownload?: (title: string) => DownloadDisplay
}

/** The download cache as resolving uses it: by model URIs. */
export class CachedModels {
  readonly #options: CachedModelsOptions
  #opened: Promise<ModelCache> | undefined

  constructor(options: CachedModelsOptions) {
    this.#options = options
  }

  /** Brings the model's files up to date with their place, and remembers where the URI led to. */
  async fetch(
    question: Question,
    model: RemoteModel,
    signal: AbortSignal | undefined,
  ): Promise<ResolvedModel> {
    const { repository, uri: location, ...labels } = model
    const { uri, registry } = question
    const key = JSON.stringify([registry ?? null, repository.uri])
    const fetched = await this.#fetch(repository, key, { title: `Downloading ${model.canonicalUri}`, signal })
    await this.#remember(question, { ...labels, registry, location, key, resolvedAt: Date.now() })
    const kind = fetched.downloaded ? 'downloaded' : 'cached'
    return resolved(uri, { ...labels, registry, location }, kind, fetched)
  }

  /** Whether there may be a copy: its files are not looked at. */
  async knows({ registry, canonicalUri }: Question): Promise<boolean> {
    const cache = await this.#cache()
    return (await cache.recall(registry, canonicalUri)) !== undefined
  }

  /** What the question led to last, if all of its files are here and whole. */
  async copyOf({
    uri,
    canonicalUri,
    registry,
  }: Question): Promise<{ readonly model: ResolvedModel; readonly resolvedAt: number } | undefined> {
    const cache = await this.#cache()
    const remembered = await cache.recall(registry, canonicalUri)
    const found = remembered === undefined ? undefined : await cache.find(remembered.key)
    if (remembered === undefined || found === undefined) return undefined
    return { model: await resolved(uri, remembered, 'offline', found), resolvedAt: remembered.resolvedAt }
  }

  /** The error for what would have to be asked for, where nobody may be asked. */
  async notThere({ canonicalUri }: Question): Promise<ServingError> {
    const cache = await this.#cache()
    const there = listing(await cache.remembered())
    const listed = there === '' ? 'The cache is empty.' : `The cache has ${there}.`
    return notFound(`${canonicalUri} is not in the cache, and no registry is asked (--offline). ${listed}`)
  }

  async #fetch(
    repository: ArtifactRepository,
    key: string,
    { title, signal }: { readonly title: string; readonly signal: AbortSignal | undefined },
  ): Promise<CachedModel> {
    const cache = await this.#cache()
    const display = this.#options.showDownload?.(title)
    try {
      return await cache.fetch({
        repository,
        key,
        ...(display === undefined ? {} : { onProgress: (progress) => display.update(progress) }),
        ...(signal === undefined ? {} : { signal }),
      })
    } finally {
      await display?.stop()
    }
  }

  /** Under the URI that was asked for and, where an alias or stage led to a version, under that version's own. */
  async #remember({ canonicalUri: asked }: Question, answer: Omit<RememberedModel, 'uri'>): Promise<void> {
    const { name, version } = answer
    const own = version === undefined ? asked : `models:/${name}/${version}`
    try {
      const cache = await this.#cache()
      await cache.remember({ ...answer, uri: asked })
      if (own !== asked) await cache.remember({ ...answer, uri: own, canonicalUri: own, alias: undefined })
    } catch (error) {
      const text = `${asked} cannot be served without its registry later: ${messageOf(error)}`
      this.#options.log.warn({ uri: asked }, text)
    }
  }

  #cache(): Promise<ModelCache> {
    this.#opened ??= this.#options.openCache()
    return this.#opened
  }
}

const MOST_LISTED = 20

/** Of each registry what was downloaded from it; the latest come first, and not all where there are many. */
function listing(models: readonly RememberedModel[]): string {
  const shown = Map.groupBy(models.slice(0, MOST_LISTED), ({ registry }) => registry)
  const texts = [...shown].map(([registry, ofIt]) => {
    const uris = ofIt.map(describeRemembered).join(', ')
    return registry === undefined ? uris : `of ${registry}: ${uris}`
  })
  const more = models.length > MOST_LISTED ? [`${models.length - MOST_LISTED} more`] : []
  return [...texts, ...more].join('; ')
}

function describeRemembered({ uri, version }: RememberedModel): string {
  return version === undefined || uri.endsWith(`/${version}`) ? uri : `${uri} (version ${version})`
}

type Labels = Pick<RememberedModel, 'canonicalUri' | 'name' | 'version' | 'alias' | 'location' | 'registry'>

async function resolved(
  uri: string,
  { canonicalUri, name, version, alias, location, registry }: Labels,
  kind: ModelOrigin['kind'],
  { path }: CachedModel,
): Promise<ResolvedModel> {
  const origin = { kind, location, registry }
  return { uri, canonicalUri, name, version, alias, path: await modelPath(path), origin }
}

/** A bare model file is fetched as a folder with nothing else in it. */
async function modelPath(folder: string): Promise<string> {
  const names = await readdir(folder)
  const [only] = names
  return names.length === 1 && only?.endsWith('.onnx') ? join(folder, only) : folder
}
