import { createHash } from 'node:crypto'
import type { ArtifactFile, ArtifactRepository } from '../../artifacts/artifact-repository.ts'
import { invalidModel, notFound } from '../../core/errors.ts'
import { dismiss, downloadFile, type Sink } from './download-file.ts'
import { inParallel } from './in-parallel.ts'
import { checkModelPaths } from './model-paths.ts'

/** What a repository has now, and by what a later look can tell whether it is the same. */
export interface RemoteTree {
  /** In the order of their paths, which have been checked. */
  readonly files: readonly ArtifactFile[]
  /** Equal where nothing says that the content has changed. */
  readonly identity: string
  /** SHA-256 of the MLmodel file, hexadecimal; undefined where there is none. */
  readonly modelFile: string | undefined
}

export interface RemoteLook {
  readonly repository: ArtifactRepository
  readonly retryDelayMs: number
  readonly signal?: AbortSignal | undefined
}

export const MODEL_FILE = 'MLmodel'

/** An MLmodel file has a few kilobytes; one that is larger is refused when it is read (`read-mlmodel.ts`). */
const MOST_MODEL_FILE_BYTES = 1 << 20

const PARALLEL = 8

/**
 * Asks what there is. The identity is made of the listing (paths, lengths, validators) and of the content of the
 * MLmodel file: it names the moment the model was logged, so a model that was logged anew in the same place is told
 * from the old one though weights of the same shape have the same length. Files of which the listing says neither
 * length nor validator are asked for both.
 * @throws ServingError RESOURCE_DOES_NOT_EXIST where there are no files, INVALID_PARAMETER_VALUE for unsafe paths
 */
export async function lookAtRemote(look: RemoteLook): Promise<RemoteTree> {
  const { repository, signal } = look
  const listed = await repository.list(signal)
  if (listed.length === 0) throw notFound(`There are no files at ${repository.uri}`)
  checkModelPaths(listed, repository.uri)
  const sorted = [...listed].sort((a, b) => (a.path < b.path ? -1 : 1))
  const files = await askedWhereUnknown(sorted, look)
  const modelFile = await modelFileDigest(files, look)
  const facts = files.map(({ path, bytes, validator }) => [path, bytes ?? null, validator ?? null])
  return { files, identity: digest(JSON.stringify([facts, modelFile ?? null])), modelFile }
}

async function askedWhereUnknown(
  files: readonly ArtifactFile[],
  { repository, signal }: RemoteLook,
): Promise<readonly ArtifactFile[]> {
  const known = [...files]
  await inParallel([...files.entries()], PARALLEL, async ([index, file]) => {
    if (file.bytes === undefined && file.validator === undefined) {
      known[index] = await askOne(repository, file.path, signal)
    }
  })
  return known
}

/** What the repository says of a file as it begins to send it. */
export async function askOne(
  repository: ArtifactRepository,
  path: string,
  signal: AbortSignal | undefined,
): Promise<ArtifactFile> {
  const content = await repository.open(path, signal === undefined ? {} : { signal })
  const { bytes, validator } = content
  await dismiss(content)
  return { path, bytes, ...(validator === undefined ? {} : { validator }) }
}

async function modelFileDigest(
  files: readonly ArtifactFile[],
  look: RemoteLook,
): Promise<string | undefined> {
  const file = files.find(({ path }) => path === MODEL_FILE)
  if (file === undefined || (file.bytes ?? 0) > MOST_MODEL_FILE_BYTES) return undefined
  const sink = new MemorySink()
  await downloadFile({ ...look, path: file.path, bytes: file.bytes, sink })
  return digest(sink.content())
}

function digest(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}

/** An MLmodel file, in memory. */
class MemorySink implements Sink {
  readonly validator = undefined
  #bytes = 0
  #chunks: Uint8Array[] = []

  get bytes(): number {
    return this.#bytes
  }

  async restart(): Promise<void> {
    this.#bytes = 0
    this.#chunks = []
  }

  async write(chunk: Uint8Array): Promise<void> {
    this.#bytes += chunk.byteLength
    if (this.#bytes > MOST_MODEL_FILE_BYTES) throw invalidModel('The MLmodel file is larger than 1 MB')
    this.#chunks.push(chunk)
  }

  content(): Uint8Array {
    return Buffer.concat(this.#chunks)
  }
}
