import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { messageOf, notFound } from '../../core/errors.ts'
import { isRecord } from '../../core/record.ts'
import type { Connection } from '../connection.ts'
import type { CallOptions } from '../connection-options.ts'
import { joined, segmentsOf } from './artifact-path.ts'
import type { ArtifactTree, Content, FileInfo } from './artifact-tree.ts'

/** Artifacts that an MLflow server hands out and takes. (`mlflow/store/artifact/http_artifact_repo.py`, 3.17.2) */
export class ServerTree implements ArtifactTree {
  readonly #connection: Connection
  readonly #service: string
  readonly #root: string

  /**
   * @param service path of the artifact service, from the connection's URL on
   * @param root path of the tree there, not percent-encoded
   */
  constructor(connection: Connection, service: string, root: string) {
    this.#connection = connection
    this.#service = service
    this.#root = root
  }

  async list(folder: string, call?: CallOptions): Promise<readonly FileInfo[]> {
    const request = {
      method: 'GET',
      path: this.#service,
      query: { path: joined(this.#root, folder) },
    } as const
    const { files = [] } = await this.#connection.json(request, call)
    const found = Array.isArray(files) ? files.filter(isRecord) : []
    return found.map((file) => readFileInfo(file, folder)).sort((a, b) => (a.path < b.path ? -1 : 1))
  }

  async read(path: string, call?: CallOptions): Promise<AsyncIterable<Uint8Array>> {
    const answer = await this.#connection.open({ path: this.#pathOf(path) }, call)
    return answer.chunks()
  }

  async write(path: string, content: Content, call?: CallOptions): Promise<void> {
    const { body, bytes } = await bodyOf(content)
    const headers = { 'content-type': 'application/octet-stream', 'content-length': String(bytes) }
    await this.#connection.text({ method: 'PUT', path: this.#pathOf(path), headers, body }, call)
  }

  async remove(path: string, call?: CallOptions): Promise<void> {
    await this.#connection.text({ method: 'DELETE', path: this.#pathOf(path) }, call)
  }

  #pathOf(path: string): string {
    const segments = [...segmentsOf(this.#root), ...segmentsOf(path)]
    return `${this.#service}/${segments.map(encodeURIComponent).join('/')}`
  }
}

/** A listing has names alone; the size is a number, or a text as proto3 writes it. */
function readFileInfo(file: Readonly<Record<string, unknown>>, folder: string): FileInfo {
  const isDir = file['is_dir'] === true
  const bytes = Number(file['file_size'] ?? Number.NaN)
  const known = !isDir && Number.isSafeInteger(bytes) && bytes >= 0
  return { path: joined(folder, String(file['path'])), isDir, fileSize: known ? bytes : undefined }
}

/** A file is opened anew for each attempt. */
async function bodyOf(content: Content): Promise<{ body: () => Readable; bytes: number }> {
  if ('bytes' in content) {
    return { body: () => Readable.from([content.bytes]), bytes: content.bytes.byteLength }
  }
  try {
    const { size } = await stat(content.file)
    // One byte more than there was would be a body of another length than it says.
    const body = () => (size === 0 ? Readable.from([]) : createReadStream(content.file, { end: size - 1 }))
    return { body, bytes: size }
  } catch (error) {
    throw notFound(`${content.file} cannot be read: ${messageOf(error)}`)
  }
}
