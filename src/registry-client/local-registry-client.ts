import { existsSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { type LocalPlaces, localPathsOf } from '../artifacts/local-artifacts.ts'
import { invalidModel, notFound } from '../core/errors.ts'
import type { ModelOrigin, ResolvedModel } from '../core/resolved-model.ts'
import type { LoggedModel } from '../entities/logged-model.ts'
import type { ModelVersion } from '../entities/model-version.ts'
import type { Stores } from '../store/stores.ts'
import { findModelVersion } from './find-model-version.ts'
import { canonicalModelUri, type ModelUri, parseModelUri } from './model-uri.ts'
import type { LocalRegistry, OpenRegistry } from './open-registry.ts'
import type { RegistryClient } from './registry-client.ts'

/** A registry whose database and files are on this machine. */
export class LocalRegistryClient implements RegistryClient {
  readonly #registry: LocalRegistry
  #opened: Promise<OpenRegistry> | undefined

  constructor(registry: LocalRegistry) {
    this.#registry = registry
  }

  async resolve(uri: string): Promise<ResolvedModel> {
    const asked = parseModelUri(uri)
    if (asked.kind === 'path') return this.#resolvePath(uri, asked.path)
    this.#opened ??= openToRead(this.#registry)
    const { stores, places } = await this.#opened
    if (asked.kind === 'logged-model') {
      const model = await stores.tracking.getLoggedModel(asked.modelId)
      const path = pathOfLoggedModel(model, places)
      return { ...resolvedLoggedModel(uri, model), path, origin: this.#origin(path) }
    }
    const version = await findModelVersion(stores.registry, asked)
    const path = await pathOfVersion(version, stores, places)
    return { ...resolvedVersion(uri, asked, version), path, origin: this.#origin(path) }
  }

  async close(): Promise<void> {
    const opened = await this.#opened?.catch(() => undefined)
    await opened?.stores.close()
  }

  #origin(location: string): ModelOrigin {
    return { kind: 'local', location, registry: this.#registry.databaseUri }
  }

  #resolvePath(uri: string, given: string): ResolvedModel {
    const path = resolve(this.#registry.folder, given)
    if (!existsSync(path)) throw notFound(`There is no model at ${path}`, { path })
    const origin = { kind: 'local', location: path, registry: undefined } as const
    return {
      uri,
      canonicalUri: path,
      name: basename(path),
      version: undefined,
      alias: undefined,
      path,
      origin,
    }
  }
}

/** Imported here, to read only, when the first `models:/` URI comes: serving a folder needs no database. */
async function openToRead(registry: LocalRegistry): Promise<OpenRegistry> {
  const { openRegistry } = await import('./open-registry.ts')
  return openRegistry(registry, 'read')
}

function resolvedLoggedModel(uri: string, model: LoggedModel): Omit<ResolvedModel, 'path' | 'origin'> {
  return {
    uri,
    canonicalUri: `models:/${model.modelId}`,
    name: model.name,
    version: undefined,
    alias: undefined,
  }
}

function resolvedVersion(
  uri: string,
  asked: ModelUri,
  found: ModelVersion,
): Omit<ResolvedModel, 'path' | 'origin'> {
  const { name, version } = found
  const alias = asked.kind === 'alias' && asked.alias.toLowerCase() !== 'latest' ? asked.alias : undefined
  const canonicalUri = canonicalModelUri(
    alias === undefined ? { kind: 'version', name, version } : { kind: 'alias', name, alias },
  )
  return { uri, canonicalUri, name, version, alias }
}

async function pathOfVersion(version: ModelVersion, stores: Stores, places: LocalPlaces): Promise<string> {
  const title = `Version ${version.version} of model '${version.name}'`
  if (version.status !== 'READY') {
    const reason = version.statusMessage === undefined ? '' : `: ${version.statusMessage}`
    throw invalidModel(`${title} is not ready (${version.status}${reason})`)
  }
  const location = await stores.registry.getModelVersionDownloadUri(version.name, version.version)
  const loggedModelId = /^models:\/+(m-[0-9a-f]{32})$/.exec(location)?.[1]
  if (loggedModelId !== undefined) {
    return pathOfLoggedModel(await stores.tracking.getLoggedModel(loggedModelId), places)
  }
  return existingFolder(title, location, places)
}

function pathOfLoggedModel(model: LoggedModel, places: LocalPlaces): string {
  const title = `Logged model '${model.modelId}'`
  if (model.status !== 'READY') throw invalidModel(`${title} is not ready (${model.status})`)
  return existingFolder(title, model.artifactLocation, places)
}

function existingFolder(title: string, location: string, places: LocalPlaces): string {
  const paths = localPathsOf(location, places)
  const found = paths.find((path) => existsSync(path))
  if (found !== undefined) return found
  throw notFound(`${title} has its files at ${location}, but there is nothing at ${paths.join(' or ')}`)
}
