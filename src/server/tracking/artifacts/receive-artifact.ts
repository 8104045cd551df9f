import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ArtifactFolder } from '../../../artifacts/artifact-folder.ts'
import { deadlineExceeded } from '../../../core/errors.ts'

/** How long a client may send nothing before its upload is given up. */
const STALL_MS = 120_000
const LOOK_MS = 5000

/**
 * Writes the body of a request to a file of a folder, whatever its type and length, in constant memory and no faster
 * than the disk takes it. When it returns, the file is on disk.
 * @throws ServingError for a path that no file can have, a broken connection, or a disk without room
 */
export async function receiveArtifact(
  request: IncomingMessage,
  response: ServerResponse,
  folder: ArtifactFolder,
  path: string,
): Promise<void> {
  const length = request.headers['content-length']
  const stall = new StallWatch(request)
  if (request.headers.expect?.toLowerCase() === '100-continue') response.writeContinue()
  try {
    const bytes = length === undefined ? undefined : Number(length)
    await folder.write(path, request, { bytes, signal: stall.signal })
  } catch (error) {
    if (!stall.signal.aborted) throw error
    response.setHeader('connection', 'close')
    throw deadlineExceeded(
      `The content of the artifact did not arrive: nothing came for ${STALL_MS / 1000} s`,
    )
  } finally {
    stall.end()
  }
}

/** Aborts its signal when nothing has come over a connection for some time. */
class StallWatch {
  readonly #abort = new AbortController()
  readonly #request: IncomingMessage
  readonly #timer: NodeJS.Timeout
  #bytes = 0
  #movedAt = performance.now()

  constructor(request: IncomingMessage) {
    this.#request = request
    this.#timer = setInterval(() => this.#look(), LOOK_MS).unref()
  }

  get signal(): AbortSignal {
    return this.#abort.signal
  }

  end(): void {
    clearInterval(this.#timer)
  }

  #look(): void {
    const { bytesRead } = this.#request.socket
    if (bytesRead !== this.#bytes) {
      this.#bytes = bytesRead
      this.#movedAt = performance.now()
    } else if (performance.now() - this.#movedAt > STALL_MS) this.#abort.abort()
  }
}
