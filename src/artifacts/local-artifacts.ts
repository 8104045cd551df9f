import { resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { invalidModel, notImplemented } from '../core/errors.ts'

/** Where artifact URIs of one registry lead to on this machine. Absolute paths. */
export interface LocalPlaces {
  /** The folder that an MLflow server with this database serves as `mlflow-artifacts:/`; undefined where it is not known. */
  readonly artifactRoot: string | undefined
  /** What relative paths are relative to: the first of them that holds the path. */
  readonly folders: readonly string[]
}

const SCHEME = /^([a-z][a-z0-9+.-]+):/i

/**
 * The paths at which the files of an artifact URI may lie, the likeliest first; none of them need exist. Takes
 * plain paths, `file:` URIs and `mlflow-artifacts:/…` as MLflow stores them.
 * @throws ServingError NOT_IMPLEMENTED for other stores, INVALID_PARAMETER_VALUE for a URI that is not what it seems
 */
export function localPathsOf(uri: string, places: LocalPlaces): readonly string[] {
  const scheme = SCHEME.exec(uri)?.[1]?.toLowerCase()
  if (scheme === undefined) return plainPaths(uri, places)
  if (scheme === 'file') return [fileUriPath(uri)]
  if (scheme === 'mlflow-artifacts') return [proxiedPath(uri, places.artifactRoot)]
  throw notImplemented(`The model's files are at ${uri}: Headrace does not read '${scheme}:' artifacts yet`)
}

/** MLflow percent-decodes plain paths too (`local_file_uri_to_path`); the name as it stands is tried first. */
function plainPaths(path: string, { folders }: LocalPlaces): readonly string[] {
  const decoded = decode(path)
  const names = decoded === undefined || decoded === path ? [path] : [path, decoded]
  return [...new Set(names.flatMap((name) => folders.map((folder) => resolve(folder, name))))]
}

/** `file:/path`, `file:///path` or `file://localhost/path`. */
const LOCAL_FILE = /^file:(?:\/(?!\/)|\/\/(?:localhost)?\/)/i

/**
 * The absolute path in a `file:` URI.
 * @throws ServingError INVALID_PARAMETER_VALUE for a relative path, another machine, a query or a fragment
 */
export function fileUriPath(uri: string): string {
  if (!LOCAL_FILE.test(uri) || /[?#]/.test(uri))
    throw invalidModel(`'${uri}' is not the URI of a file on this machine`)
  try {
    return fileURLToPath(uri.replace(LOCAL_FILE, 'file:///'))
  } catch (cause) {
    throw invalidModel(`'${uri}' is not the URI of a file on this machine`, { cause })
  }
}

/** Never leads out of the root, by dots or by their percent-encoded forms. */
function proxiedPath(uri: string, artifactRoot: string | undefined): string {
  if (artifactRoot === undefined) {
    throw invalidModel(
      `The model's files are at ${uri}, in the folder that this database's MLflow server serves: name the folder ` +
        '(--artifacts-destination), or the server itself (MLFLOW_TRACKING_URI=http://…)',
    )
  }
  const path = decode(/^mlflow-artifacts:(?:\/\/)?\/([^/?#][^?#]*)$/i.exec(uri)?.[1] ?? '')
  if (!path) {
    throw invalidModel(`'${uri}' names no file of this registry's own server (mlflow-artifacts:/path)`)
  }
  const found = resolve(artifactRoot, path)
  if (found.startsWith(artifactRoot + sep)) return found
  throw invalidModel(`'${uri}' leads out of the artifact root`)
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
