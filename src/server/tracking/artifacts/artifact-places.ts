import { existsSync } from 'node:fs'
import { posix } from 'node:path'
import { ArtifactFolder } from '../../../artifacts/artifact-folder.ts'
import { publicUri, schemeOf } from '../../../artifacts/artifact-uri.ts'
import { isWithin } from '../../../artifacts/contained-path.ts'
import type { ArtifactEntry } from '../../../artifacts/folder-entries.ts'
import { localPathsOf } from '../../../artifacts/local-artifacts.ts'
import { invalidParameter, notImplemented } from '../../../core/errors.ts'

/** Where an artifact lies, and how it is called there. */
export interface ArtifactPlace {
  readonly folder: ArtifactFolder
  readonly path: string
  /** Whether clients reach it through this server. */
  readonly isProxied: boolean
}

/** An entry of a listing, by its path from the root that was listed. */
export interface ListedArtifact {
  readonly path: string
  readonly isDir: boolean
  readonly fileSize: number | undefined
}

const PROXIED_SCHEMES: ReadonlySet<string | undefined> = new Set(['mlflow-artifacts', 'http', 'https'])
/** Behind this stands the path of an artifact in the URL of an MLflow server. */
const ROUTE = '/api/2.0/mlflow-artifacts/artifacts/'

/** Finds the artifacts of runs, models and versions by the URIs that the database has of them. */
export class ArtifactPlaces {
  /** Where artifacts lie that clients send; undefined where this server takes none. */
  readonly destination: ArtifactFolder | undefined
  readonly #defaultRoot: string | undefined

  /**
   * @param destination the path of a folder
   * @param defaultRoot where new experiments have their artifacts: a path or a URI
   */
  constructor(destination: string | undefined, defaultRoot?: string) {
    this.destination = destination === undefined ? undefined : new ArtifactFolder(destination)
    this.#defaultRoot = isLocal(defaultRoot) ? localPath(defaultRoot) : undefined
  }

  /** Whether a folder is one that this server was told to keep artifacts in. */
  mayWrite({ folder }: ArtifactPlace): boolean {
    const roots = [this.#defaultRoot, this.destination?.root]
    return roots.some((root) => root !== undefined && isWithin(root, folder.root))
  }

  /**
   * @param path below the root that the URI names, already safe; undefined for the root itself
   * @throws ServingError NOT_IMPLEMENTED for a store that this server does not read
   */
  locate(rootUri: string, path: string | undefined): ArtifactPlace {
    const scheme = schemeOf(rootUri)
    if (PROXIED_SCHEMES.has(scheme)) return this.#locateProxied(rootUri, path)
    if (scheme !== undefined && scheme !== 'file') {
      throw notImplemented(
        `The artifacts are at ${publicUri(rootUri)}: Headrace does not read '${scheme}:' artifacts yet`,
      )
    }
    return { folder: new ArtifactFolder(localPath(rootUri)), path: path ?? '', isProxied: false }
  }

  /** What is in a folder below a root; empty for what is no folder. @throws ServingError */
  async list(rootUri: string, path: string | undefined): Promise<readonly ListedArtifact[]> {
    const place = this.locate(rootUri, path)
    const entries = await place.folder.list(place.path)
    const folder = place.isProxied ? (path ?? '') : normalized(path ?? '')
    return entries.map((entry) => listed(folder, entry))
  }

  #locateProxied(rootUri: string, path: string | undefined): ArtifactPlace {
    if (this.destination === undefined) {
      throw invalidParameter(
        `The artifacts are at ${publicUri(rootUri)}, which is a server's: this one takes and gives no artifacts`,
      )
    }
    const root = proxiedPath(rootUri)
    const whole = path === undefined ? root : joined(root, path)
    return { folder: this.destination, path: whole, isProxied: true }
  }
}

function isLocal(uri: string | undefined): uri is string {
  return uri !== undefined && [undefined, 'file'].includes(schemeOf(uri))
}

function proxiedPath(rootUri: string): string {
  const path = /^[^:]+:(?:\/\/[^/?#]*)?([^?#]*)/.exec(rootUri)?.[1] ?? ''
  const isServer = schemeOf(rootUri) !== 'mlflow-artifacts'
  const at = path.indexOf(ROUTE)
  if (isServer && at < 0) throw invalidParameter(`${publicUri(rootUri)} is not the URL of an artifact`)
  const root = (isServer ? path.slice(at + ROUTE.length) : path).replace(/^\/+/, '')
  if (root.split('/').includes('..')) throw invalidParameter('Invalid path')
  return root
}

/** MLflow reads escapes in plain paths too; a name that is there as it stands comes first. */
function localPath(rootUri: string): string {
  const paths = localPathsOf(rootUri, { artifactRoot: undefined, folders: [process.cwd()] })
  return paths.find((path) => existsSync(path)) ?? paths.at(-1) ?? rootUri
}

/** An empty file has no size in MLflow's messages. */
function listed(folder: string, { name, isFolder, bytes }: ArtifactEntry): ListedArtifact {
  return { path: joined(folder, name), isDir: isFolder, fileSize: bytes || undefined }
}

function joined(folder: string, name: string): string {
  if (folder === '' || folder.endsWith('/')) return folder + name
  return `${folder}/${name}`
}

function normalized(path: string): string {
  const folder = posix.normalize(path).replace(/\/$/, '')
  return folder === '.' ? '' : folder
}
