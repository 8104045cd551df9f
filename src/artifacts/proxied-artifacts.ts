import type { Connection } from '../client/connection.ts'
import { isRecord } from '../core/record.ts'
import type {
  ArtifactContent,
  ArtifactFile,
  ArtifactRepository,
  OpenArtifactOptions,
} from './artifact-repository.ts'
import { type FolderEntry, walkFolders } from './folder-walk.ts'
import { openContent } from './http-content.ts'
import { baseName, encodePath, isModelFile, joinPath } from './http-path.ts'

/**
 * Artifacts that an MLflow server hands out (`mlflow/store/artifact/http_artifact_repo.py`, MLflow 3.17.2). Where
 * the root is the path of a model file, that file is all there is.
 */
export class ProxiedArtifacts implements ArtifactRepository {
  readonly uri: string
  readonly #connection: Connection
  readonly #endpoint: string
  readonly #root: string

  /**
   * @param endpoint of the artifact service, from the connection's URL on: `/api/2.0/mlflow-artifacts/artifacts`
   * @param root path of the folder there, not percent-encoded; empty for all artifacts
   * @throws ServingError INVALID_PARAMETER_VALUE for a root that is no path
   */
  constructor(connection: Connection, endpoint: string, root: string) {
    this.#connection = connection
    this.#endpoint = endpoint
    this.#root = root
    this.uri = `${connection.url}${endpoint}${root === '' ? '' : `/${encodePath(root)}`}`
  }

  async list(signal?: AbortSignal): Promise<readonly ArtifactFile[]> {
    const files = await walkFolders(this.uri, (folder) => this.#readFolder(folder, signal))
    if (files.length > 0 || !isModelFile(this.#root)) return files
    return [{ path: baseName(this.#root), bytes: undefined }]
  }

  async open(path: string, options: OpenArtifactOptions = {}): Promise<ArtifactContent> {
    const isRoot = isModelFile(this.#root) && path === baseName(this.#root)
    const file = isRoot ? this.#root : joinPath(this.#root, path)
    return openContent(this.#connection, `${this.#endpoint}/${encodePath(file)}`, options)
  }

  async #readFolder(folder: string, signal: AbortSignal | undefined): Promise<readonly FolderEntry[]> {
    const path = folder === '' ? this.#root : joinPath(this.#root, folder)
    const request = { method: 'GET', path: this.#endpoint, query: { path } } as const
    const { files = [] } = await this.#connection.json(request, { signal })
    return Array.isArray(files) ? files.filter(isRecord).map(readEntry) : []
  }
}

/** `path` is the name alone; the size is a number, or a text as proto3 writes it. */
function readEntry({ path, is_dir, file_size }: Readonly<Record<string, unknown>>): FolderEntry {
  const bytes = Number(file_size ?? Number.NaN)
  return {
    name: String(path),
    isFolder: is_dir === true,
    bytes: Number.isSafeInteger(bytes) && bytes >= 0 ? bytes : undefined,
  }
}
