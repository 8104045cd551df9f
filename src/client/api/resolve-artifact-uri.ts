import { invalidParameter, notFound } from '../../core/errors.ts'
import type { CallOptions } from './api-client.ts'
import type { ModelVersionClient } from './model-version-client.ts'

/** Where the files of a URI are. */
export interface ArtifactPlace {
  /** Artifact URI of a tree. */
  readonly root: string
  /** Path in it; empty for all of it. */
  readonly below: string
}

const RUN = /^runs:\/+([^/]+)\/?(.*)$/i
const LOGGED_MODEL = /^models:\/+(m-[0-9a-f]{32})\/?(.*)$/i
const ALIAS = /^models:\/+([^/]+)@([^/@]+)\/?(.*)$/i
const VERSION = /^models:\/+([^/]+)\/([^/]+)\/?(.*)$/i

/**
 * Where the files of `runs:/id/path`, `models:/m-…`, `models:/name/3`, `models:/name@alias`, `models:/name/latest` and
 * `models:/name/Staging` are; any other URI is its own place.
 */
export async function resolveArtifactUri(
  client: ModelVersionClient,
  uri: string,
  call?: CallOptions,
): Promise<ArtifactPlace> {
  const [run, runId = '', path = ''] = RUN.exec(uri) ?? []
  if (run !== undefined) return { root: (await client.getRun(runId, call)).info.artifactUri, below: path }
  if (!/^models:/i.test(uri)) return { root: uri, below: '' }
  const [model, modelId = '', file = ''] = LOGGED_MODEL.exec(uri) ?? []
  if (model !== undefined) {
    return { root: (await client.getLoggedModel(modelId, call)).artifactLocation, below: file }
  }
  const { name, version, below } = await versionOf(client, uri, call)
  return placeOfSource(client, await client.getModelVersionDownloadUri(name, version, call), below, call)
}

/** A version may be registered from a run or a logged model, and say so instead of where its files are. */
async function placeOfSource(
  client: ModelVersionClient,
  source: string,
  below: string,
  call: CallOptions | undefined,
): Promise<ArtifactPlace> {
  if (!/^(?:runs|models):/i.test(source)) return { root: source, below }
  const place = await resolveArtifactUri(client, source, call)
  return { root: place.root, below: [place.below, below].filter(Boolean).join('/') }
}

async function versionOf(client: ModelVersionClient, uri: string, call: CallOptions | undefined) {
  const [aliased, owner = '', alias = '', path = ''] = ALIAS.exec(uri) ?? []
  if (aliased !== undefined) {
    const { version } = await client.getModelVersionByAlias(owner, alias, call)
    return { name: owner, version, below: path }
  }
  const [named, name = '', which = '', below = ''] = VERSION.exec(uri) ?? []
  if (named === undefined) throw invalidParameter(`'${uri}' is not the URI of a model: models:/name/version`)
  if (/^\d+$/.test(which)) return { name, version: which, below }
  const stages = which.toLowerCase() === 'latest' ? [] : [which]
  const versions = await client.getLatestVersions(name, stages, call)
  const newest = Math.max(...versions.map(({ version }) => Number(version)))
  if (versions.length === 0) throw notFound(`Model '${name}' has no version '${which}'`)
  return { name, version: String(newest), below }
}
