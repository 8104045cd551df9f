import { fileUriPath } from '../artifacts/local-artifacts.ts'
import { hideUserInfo } from '../client/server-url.ts'
import { invalidParameter, notImplemented } from '../core/errors.ts'
import { findStage, type Stage } from '../entities/model-version.ts'
import { refuseScheme } from './refused-schemes.ts'

/** What a model URI asks for. */
export type ModelUri =
  | { readonly kind: 'version'; readonly name: string; readonly version: string }
  | { readonly kind: 'alias'; readonly name: string; readonly alias: string }
  | { readonly kind: 'latest'; readonly name: string }
  | { readonly kind: 'stage'; readonly name: string; readonly stage: Stage }
  | { readonly kind: 'logged-model'; readonly modelId: string }
  /** `path` is relative to the run's artifacts, without `/` at its ends; empty for all of them. */
  | { readonly kind: 'run'; readonly runId: string; readonly path: string }
  /** `mlflow-artifacts:` or `http(s):`. */
  | { readonly kind: 'artifacts'; readonly uri: string }
  | { readonly kind: 'path'; readonly path: string }

/** The URIs that a registry or another server is asked for. */
export type LookedUpUri = Exclude<ModelUri, { kind: 'path' }>

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
  if (scheme === 'runs') return parseRunUri(uri)
  if (scheme === 'mlflow-artifacts') return parseProxiedUri(uri)
  if (scheme === 'http' || scheme === 'https') return parseHttpUri(uri)
  refuseScheme(scheme, `'${withoutUserInfo(uri)}'`)
  throw invalidParameter(
    `'${withoutUserInfo(uri)}' is not a model URI: '${scheme}:' is unknown. Write models:/name@alias, models:/name/3 or a path.`,
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
    case 'run':
      return uri.path === '' ? `runs:/${uri.runId}` : `runs:/${uri.runId}/${uri.path}`
    case 'artifacts':
      return withoutUserInfo(uri.uri)
    case 'path':
      return uri.path
  }
}

/** A URI as messages may show it. In `wasbs://container@account` what stands before the @ is no secret. */
export function withoutUserInfo(uri: string): string {
  return uri
    .replace(/^((?:https?|mlflow-artifacts):\/\/)[^/?#]*@/i, '$1')
    .replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#@]*:[^/?#]*@/i, '$1')
}

function parseRegistryUri(uri: string): ModelUri {
  if (/^models:\/\/[^/]/i.test(uri)) {
    throw notImplemented(
      `'${uri}' names a registry of its own, as Databricks has them: Headrace does not read those. Name the ` +
        'registry (MLFLOW_REGISTRY_URI) and write models:/name@alias.',
    )
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

/** As `RunsArtifactRepository.parse_runs_uri` of MLflow 3.17.2; what would lead out of the run is refused. */
function parseRunUri(uri: string): ModelUri {
  const path = /^runs:(\/[^?#]*)$/i.exec(uri)?.[1]
  const [runId = '', ...rest] = (path ?? '').slice(1).split('/')
  const inside = rest.filter((segment) => segment !== '')
  if (runId === '' || inside.some((segment) => segment === '..' || segment === '.')) {
    throw invalidParameter(`Not a proper runs:/ URI: ${uri}. Write runs:/<run id>/path/of/the/model.`)
  }
  return { kind: 'run', runId, path: inside.join('/') }
}

/** A port without a host is MLflow's own error, a number being read as a host's name (`mlflow_artifacts_repo.py`). */
function parseProxiedUri(uri: string): ModelUri {
  const [, host, path] = /^mlflow-artifacts:(?:\/\/([^/?#]*))?\/+([^?#]+)$/i.exec(uri) ?? []
  if (path === undefined || path.split('/').includes('..')) {
    throw invalidParameter(
      `'${hideUserInfo(uri)}' names no artifacts: write mlflow-artifacts:/path or mlflow-artifacts://host:port/path`,
    )
  }
  if (host !== undefined && /^\d+$/.test(host)) {
    throw invalidParameter(`'${uri}' has a port number but no host: write mlflow-artifacts://host:${host}/…`)
  }
  return { kind: 'artifacts', uri: uri.replace(/\/+$/, '') }
}

function parseHttpUri(uri: string): ModelUri {
  const url = URL.parse(uri)
  if (url === null || url.hash !== '' || url.search !== '') {
    throw invalidParameter(
      `'${hideUserInfo(uri)}…' is not the URL of a model's folder or file: those have no query`,
    )
  }
  // A TF.js model is known by its model.json, whose shards lie beside it.
  return { kind: 'artifacts', uri: url.href.replace(/(\/model\.json)?\/*$/, '') }
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
