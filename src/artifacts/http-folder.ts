import type { Connection } from '../client/connection.ts'
import { type ErrorCode, isUnreachable, ServingError } from '../core/errors.ts'
import type {
  ArtifactContent,
  ArtifactFile,
  ArtifactRepository,
  OpenArtifactOptions,
} from './artifact-repository.ts'
import { type FolderEntry, walkFolders } from './folder-walk.ts'
import { openContent } from './http-content.ts'
import { linksBeneath } from './http-index.ts'
import { isRelative, namedFiles, namedModelJson } from './http-model-files.ts'
import { baseName, decodePath, encodePath, isModelFile } from './http-path.ts'
import { tfjsShards } from './tfjs-shards.ts'

const MAX_PAGE_BYTES = 4 * 1024 * 1024
/** As of the MLmodel files that are served. */
const MAX_MLMODEL_BYTES = 1_000_000
const MLMODEL = 'MLmodel'
const MAX_MODEL_JSON_BYTES = 64 * 1024 * 1024
/** Of a bare TF.js model. */
const MODEL_JSON = 'model.json'

/**
 * A folder of any web server: listed by its index pages, or, where it has none, by what its MLmodel file names, or the
 * model.json of a TF.js model. A URL that ends in `.onnx` is a file, and all there is.
 */
export class HttpFolder implements ArtifactRepository {
  readonly uri: string
  readonly #connection: Connection
  /** Name of the file that the URL leads to; undefined for a folder. */
  readonly #file: string | undefined

  /** @param connection its URL is the folder's, or the file's */
  constructor(connection: Connection) {
    this.uri = connection.url
    this.#connection = connection
    const path = new URL(connection.url).pathname
    this.#file = isModelFile(path) ? decodePath(baseName(path)) : undefined
  }

  async list(signal?: AbortSignal): Promise<readonly ArtifactFile[]> {
    if (this.#file !== undefined) return [{ path: this.#file, bytes: undefined }]
    const files = await walkFolders(this.uri, (folder) => this.#readFolder(folder, signal))
    // A page with other links is no index of a model's folder: the MLmodel file knows better.
    return files.some(({ path }) => path === MLMODEL) ? files : ((await this.#named(signal)) ?? files)
  }

  async open(path: string, options: OpenArtifactOptions = {}): Promise<ArtifactContent> {
    return openContent(this.#connection, path === this.#file ? '' : `/${encodePath(path)}`, options)
  }

  /** Nothing where there is no page, or none with links. */
  async #readFolder(folder: string, signal: AbortSignal | undefined): Promise<readonly FolderEntry[]> {
    const path = folder === '' ? '/' : `/${encodePath(folder)}/`
    const page = await this.#page(path, signal)
    return page === undefined ? [] : linksBeneath(page, `${this.uri}${path}`)
  }

  /** Text of an index page. Servers that show none answer 403 or 404. */
  async #page(path: string, signal: AbortSignal | undefined): Promise<string | undefined> {
    const answer = await unlessMissing(this.#connection.open({ path }, { signal }))
    if (answer === undefined) return undefined
    if (/^text\/html\b/i.test(answer.headers['content-type'] ?? '')) return answer.text(MAX_PAGE_BYTES)
    answer.discard()
    return undefined
  }

  /** A model's own file and those that it names and that are there; undefined where there is no such file. */
  async #named(signal: AbortSignal | undefined): Promise<readonly ArtifactFile[] | undefined> {
    const answer = await unlessMissing(this.#connection.open({ path: `/${MLMODEL}` }, { signal }))
    if (answer === undefined) return await this.#tfjsFiles(MODEL_JSON, signal)
    const text = await answer.text(MAX_MLMODEL_BYTES)
    const modelJson = namedModelJson(text, this.uri)
    const names = namedFiles(text, this.uri).filter((name) => name !== modelJson)
    const [files, tfjs = []] = await Promise.all([
      this.#findAll(names, signal),
      modelJson === undefined ? [] : this.#tfjsFiles(modelJson, signal),
    ])
    return [{ path: MLMODEL, bytes: answer.contentLength }, ...files, ...tfjs]
  }

  /** A model.json and its shards; undefined where there is none. */
  async #tfjsFiles(
    path: string,
    signal: AbortSignal | undefined,
  ): Promise<readonly ArtifactFile[] | undefined> {
    const answer = await unlessMissing(this.#connection.open({ path: `/${encodePath(path)}` }, { signal }))
    if (answer === undefined) return undefined
    const shards = tfjsShards(await answer.text(MAX_MODEL_JSON_BYTES), path).filter(isRelative)
    return [{ path, bytes: answer.contentLength }, ...(await this.#findAll([...new Set(shards)], signal))]
  }

  async #findAll(
    names: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<readonly ArtifactFile[]> {
    const files = await Promise.all(names.map((name) => this.#find(name, signal)))
    return files.flatMap((file) => file ?? [])
  }

  async #find(path: string, signal: AbortSignal | undefined): Promise<ArtifactFile | undefined> {
    const request = { method: 'HEAD', path: `/${encodePath(path)}` } as const
    const answer = await unlessRefused(this.#connection.open(request, { signal }))
    answer?.discard()
    return answer && { path, bytes: answer.contentLength }
  }
}

/** Servers also say 403 of what they do not show. */
async function unlessMissing<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    if (codeOf(error) === 'RESOURCE_DOES_NOT_EXIST' || codeOf(error) === 'PERMISSION_DENIED') return undefined
    throw error
  }
}

/** Of a file that need not be there: an answer that is no success is enough to do without it. */
async function unlessRefused<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    if (codeOf(error) === 'CANCELLED' || isUnreachable(error)) throw error
    return undefined
  }
}

function codeOf(error: unknown): ErrorCode | undefined {
  return error instanceof ServingError ? error.code : undefined
}
