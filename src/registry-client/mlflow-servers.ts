import type { ArtifactRepository } from '../artifacts/artifact-repository.ts'
import type { Connection } from '../client/connection.ts'
import type { ConnectionOptions } from '../client/connection-options.ts'
import type { MlflowServer } from '../client/mlflow-server.ts'

/** How MLflow servers are reached, whichever they are. */
export type ServerAccess = Omit<ConnectionOptions, 'url'>

/**
 * How long a server is tried that does not answer: as long as MLflow's client does, or, where there is something
 * to fall back to, a few seconds.
 */
export type Patience = 'full' | 'brief'

export const BRIEF_TIMEOUT_MS = 4_000

/** A server may take its time to begin with a file that it first fetches itself: only its retries are few then. */
type Haste = Patience | 'brief for files'

/** Clients of MLflow servers, made when they are needed; the HTTP client is imported with the first. */
export class MlflowServers {
  readonly #access: ServerAccess
  readonly #clients = new Map<string, Promise<MlflowServer>>()

  constructor(access: ServerAccess) {
    this.#access = access
  }

  client(url: string, haste: Haste = 'full'): Promise<MlflowServer> {
    const key = `${haste} ${url}`
    const known = this.#clients.get(key)
    if (known !== undefined) return known
    const made = this.#connect({ ...hurried(this.#access, haste), url })
    this.#clients.set(key, made)
    return made
  }

  /**
   * The tree at an `mlflow-artifacts:` or `http(s):` URI.
   * @param serverUrl the MLflow server whose artifacts `mlflow-artifacts:/` are, and to which alone our credentials
   * go; undefined where there is none.
   */
  async artifacts(
    uri: string,
    serverUrl: string | undefined,
    patience: Patience,
  ): Promise<ArtifactRepository> {
    const haste = patience === 'brief' ? 'brief for files' : 'full'
    const { openHttpArtifacts } = await import('../artifacts/http-artifacts.ts')
    if (serverUrl !== undefined) {
      return openHttpArtifacts(uri, { server: (await this.client(serverUrl, haste)).connection })
    }
    const connection = /^http/i.test(uri) ? await this.#stranger(new URL(uri).origin, haste) : undefined
    return openHttpArtifacts(uri, { server: connection })
  }

  async close(): Promise<void> {
    const clients = await Promise.allSettled(this.#clients.values())
    await Promise.all(clients.map((made) => (made.status === 'fulfilled' ? made.value.close() : undefined)))
  }

  /** A web server that has nothing to do with our credentials. */
  async #stranger(origin: string, haste: Haste): Promise<Connection> {
    const key = `stranger ${haste} ${origin}`
    const { withoutCredentials } = await import('../client/connection-options.ts')
    const made =
      this.#clients.get(key) ??
      this.#connect({ ...withoutCredentials(hurried(this.#access, haste)), url: origin })
    this.#clients.set(key, made)
    return (await made).connection
  }

  async #connect(options: ConnectionOptions): Promise<MlflowServer> {
    const { MlflowServer } = await import('../client/mlflow-server.ts')
    return new MlflowServer(options)
  }
}

/** Never more patient than the settings are. */
function hurried(access: ServerAccess, haste: Haste): ServerAccess {
  if (haste === 'full') return access
  const { maxRetries = 1, timeoutMs = Number.POSITIVE_INFINITY } = access
  return {
    ...access,
    maxRetries: Math.min(maxRetries, 1),
    backoffFactor: 0.5,
    backoffJitter: 0,
    respectRetryAfter: false,
    ...(haste === 'brief' ? { timeoutMs: Math.min(timeoutMs, BRIEF_TIMEOUT_MS) } : {}),
  }
}
