import { fileUriPath } from '../artifacts/local-artifacts.ts'
import { invalidParameter, notImplemented } from '../core/errors.ts'
import { findStage, type Stage } from '../entities/model-version.ts'

/** What a model URI asks for. */
export type ModelUri =
  | { readonly kind: 'version'; readonly name: string; readonly version: string }
  | { readonly kind: 'alias'; readonly name: string; readonly alias: string }
  | { readonly kind: 'latest'; readonly name: string }
  | { readonly kind: 'stage'; readonly name: string; readonly stage: Stage }
  | { readonly kind: 'logged-model'; readonly modelId: string }
  | { readonly kind: 'path'; readonly path: string }

/** Schemes that MLflow reads models from and Headrace does not yet. */
const LATER_SCHEMES: ReadonlySet<string> = new Set([
  ...['runs', 'mlflow-artifacts', 'http', 'https', 's3', 'r2', 'b2', 'gs', 'wasb', 'wasbs', 'abfs', 'abfss'],
  ...['dbfs', 'hdfs', 'viewfs', 'ftp', 'sftp'],
])

/**
 * Reads a model URI as MLflow 3.17.2 does (`mlflow/store/artifact/utils/models.py`): names are taken as they
 * stand, nothing is percent-decoded, and what follows a `?` is dropped. One form is Headrace's own:
 * `models:/name/alias`. There digits are a version, then come `latest` and the four stages, in any case.
 * @throws ServingError INVALID_PARAMETER_VALUE, or NOT_IMPLEMENTED for a form that MLflow has and Headrace has not
 */
export function parseModelUri(uri: string): ModelUri {
  if (uri === '') throw invalidParameter('The model URI is empty')
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(uri)?.[1]?.toLowerCase()
  if (scheme === undefined) return { kind: 'path', path: uri }
  if (scheme === 'file') return { kind: 'path', path: fileUriPath(uri) }
  if (scheme === 'models') return parseRegistryUri(uri)
  if (LATER_SCHEMES.has(scheme)) {
    throw notImplemented(
      `Headrace does not read models from '${scheme}:' URIs yet. Download ${uri} and give the folder's path.`,
    )
  }
  throw invalidParameter(
    `'${uri}' is not a model URI: '${scheme}:' is unknown. Write models:/name@alias, models:/name/3 or a path.`,
  )
}

/** The form that logs and metrics show. */
export function canonicalModelUri(uri: ModelUri): string {
  switch (uri.kind) {
    case 'version':
      return `models:/${uri.name}/${uri.version}`
    case 'alias':
      return `models:/${uri.name}@${uri.alias}`
    case 'latest':
      return `models:/${uri.name}/latest`
    case 'stage':
      return `models:/${uri.name}/${uri.stage}`
    case 'logged-model':
      return `models:/${uri.modelId}`
    case 'path':
      return uri.path
  }
}

function parseRegistryUri(uri: string): ModelUri {
  if (/^models:\/\/[^/]/i.test(uri)) {
    throw notImplemented(`'${uri}' names a registry of its own (Databricks): Headrace does not read those`)
  }
  const path = uri.slice('models:'.length).split('?', 1)[0] ?? ''
  const [name = '', suffix, ...rest] = path.replace(/^\/+/, '').split('/')
  if (!path.startsWith('/') || name.trim() === '' || rest.length > 0) throw improper(uri)
  if (suffix === undefined) return parseSingleSegment(uri, name)
  if (suffix.trim() === '') throw improper(uri)
  return parseSuffix(name, suffix)
}

/** `name@alias`, cut at the last `@`, or the id of a logged model. */
function parseSingleSegment(uri: string, segment: string): ModelUri {
  const cut = segment.lastIndexOf('@')
  if (cut >= 0) {
    const alias = segment.slice(cut + 1)
    if (cut === 0 || alias.trim() === '') throw improper(uri)
    return { kind: 'alias', name: segment.slice(0, cut), alias }
  }
  if (/^m-[0-9a-f]{32}$/.test(segment)) return { kind: 'logged-model', modelId: segment }
  throw invalidParameter(
    `${improperText(uri)} For the newest version of the registered model write models:/${segment}/latest.`,
  )
}

function parseSuffix(name: string, suffix: string): ModelUri {
  if (/^\d+$/.test(suffix)) return { kind: 'version', name, version: String(BigInt(suffix)) }
  if (suffix.toLowerCase() === 'latest') return { kind: 'latest', name }
  const stage = findStage(suffix)
  return stage === undefined ? { kind: 'alias', name, alias: suffix } : { kind: 'stage', name, stage }
}

function improper(uri: string): Error {
  return invalidParameter(improperText(uri))
}

function improperText(uri: string): string {
  return (
    `Not a proper models:/ URI: ${uri}. Models URIs are 'models:/name/version', 'models:/name@alias', ` +
    `'models:/name/latest', 'models:/name/stage' or 'models:/m-<id of a logged model>'.`
  )
}
