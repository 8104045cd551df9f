import { invalidParameter, type ServingError } from '../../core/errors.ts'
import { fullyDecoded, percentDecoded } from '../../core/percent-decoding.ts'
import { hostOf, uriParts } from '../../core/uri-parts.ts'
import { parseModelsUri } from './models-uri.ts'
import { isWithin, realPath } from './real-path.ts'

/**
 * Which sources a version may have that a client of a server makes, after `_validate_source_run` and
 * `_validate_source_model` of MLflow 3.17.2: what lies in the artifacts of the run or logged model that it names, or
 * in a store that the server does not read for others. Past holes: CVE-2023-1177, 2024-1558, 2024-3848, 2025-11201.
 */

/** The run, or the logged model, that a version names as where it comes from. */
export interface SourceOwner {
  readonly kind: 'run' | 'model'
  /** Empty where the version names none. */
  readonly id: string
  /** Where its artifacts lie: for the sources that are compared with it, where it is there at all. */
  readonly artifacts?: string | undefined
}

/** @throws ServingError INVALID_PARAMETER_VALUE */
export async function requireOwnSource(source: string, owner: SourceOwner): Promise<void> {
  if (isLocalSource(source)) return requireOwnFile(source, owner)
  requirePlainPath(source)
  const idName = idNameOf(owner)
  const { scheme, authority } = uriParts(source)
  if (scheme === 'runs' && !isOfRun(source, authority, owner)) throw sourceOutside(source, idName)
  if (scheme === 'models' && !isOfModel(source, owner)) throw sourceOutside(source, 'model_id')
  if (isArtifactSource(source) && !isUriWithin(source, owner.artifacts)) throw sourceOutside(source, idName)
}

export function sourceOutside(source: string, idName: 'run_id' | 'model_id'): ServingError {
  return invalidParameter(
    `Invalid model version source: '${source}'. The ${idName} request parameter must identify the resource that ` +
      'contains the source.',
  )
}

/**
 * Whether a source is a file or folder of this machine.
 * @throws ServingError INVALID_PARAMETER_VALUE for a `file:` URI of another machine
 */
export function isLocalSource(source: string): boolean {
  if (source === 'databricks') return false
  const { scheme, authority } = uriParts(source)
  if (scheme !== 'file') return scheme === ''
  const host = hostOf(authority)
  if (host === '' || host === '.' || /^(localhost|127\.0\.0\.1)/.test(host)) return true
  throw invalidParameter(
    `${source} is not a valid remote uri. For remote access on windows, please consider using a different scheme ` +
      'such as SMB (e.g. smb://<hostname>/<path>).',
  )
}

/** Whether a source is an artifact that this server, or another of its kind, hands out. */
export function isArtifactSource(source: string): boolean {
  const { scheme, segments } = normalized(source)
  if (scheme === 'mlflow-artifacts') return true
  return (scheme === 'http' || scheme === 'https') && `/${segments.join('/')}/`.includes(ARTIFACTS_ROUTE)
}

const ARTIFACTS_ROUTE = '/api/2.0/mlflow-artifacts/artifacts/'

function idNameOf({ kind }: SourceOwner): 'run_id' | 'model_id' {
  return kind === 'run' ? 'run_id' : 'model_id'
}

async function requireOwnFile(source: string, owner: SourceOwner): Promise<void> {
  const { id, artifacts } = owner
  const idName = idNameOf(owner)
  if (id !== '' && artifacts === undefined) throw sourceOutside(source, idName)
  const path = id === '' ? undefined : await realPath(localPath(source))
  if (path !== undefined && artifacts !== undefined && isLocalSource(artifacts)) {
    const folder = await realPath(localPath(artifacts))
    if (folder !== undefined && isWithin(folder, path)) return
  }
  throw invalidParameter(
    `Invalid model version source: '${source}'. To use a local path as a model version source, the ${idName} ` +
      'request parameter has to be specified and the local path has to be contained within the artifact directory ' +
      `of the run specified by the ${idName}.`,
  )
}

function localPath(location: string): string {
  return percentDecoded(location.startsWith('file:') ? uriParts(location).path : location)
}

/** Refuses paths that are relative or lead elsewhere, in whatever part of the URI and however often escaped. */
function requirePlainPath(source: string): void {
  const decoded = fullyDecoded(source, (text) => percentDecoded(text.replaceAll('+', ' ')))
  if (decoded !== undefined && !decoded.split('/').includes('..')) {
    const path = uriParts(decoded).path.replace(/\/+$/, '')
    if (path.startsWith('/') && !path.includes('\0') && !path.split('/').includes('.')) return
  }
  throw invalidParameter(
    `Invalid model version source: '${source}'. If supplying a source as an http, https, local file path, ftp, ` +
      'objectstore, or mlflow-artifacts uri, an absolute path must be provided without relative path references ' +
      'present. Please provide an absolute path.',
  )
}

function isOfRun(source: string, authority: string, { kind, id }: SourceOwner): boolean {
  if (kind !== 'run' || id === '' || authority !== '') return false
  return uriParts(source).path.split('/')[1] === id
}

/** Versions of registered models may be made by everyone: theirs were checked when they were made. */
function isOfModel(source: string, { kind, id }: SourceOwner): boolean {
  const parsed = parseModelsUri(source)
  if (parsed === undefined) return false
  return !('modelId' in parsed) || (kind === 'model' && parsed.modelId === id)
}

function isUriWithin(source: string, root: string | undefined): boolean {
  if (root === undefined) return false
  const inner = normalized(source)
  const outer = normalized(root)
  return (
    inner.scheme === outer.scheme &&
    inner.authority === outer.authority &&
    outer.segments.length > 0 &&
    outer.segments.every((segment, index) => inner.segments[index] === segment)
  )
}

function normalized(uri: string): { scheme: string; authority: string; segments: readonly string[] } {
  const { scheme, authority, path, parameters } = uriParts(uri)
  const whole = parameters === '' ? path : `${path};${parameters}`
  const segments = whole.split('/').filter((segment) => segment !== '')
  return {
    scheme,
    authority: authority.toLowerCase(),
    segments: segments.map((segment) => fullyDecoded(segment) ?? segment),
  }
}
