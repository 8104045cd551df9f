import type { ArtifactRepository } from '../artifacts/artifact-repository.ts'
import type { Connection } from '../client/connection.ts'
import type { ConnectionOptions } from '../client/connection-options.ts'
import type { MlflowClient } from '../client/mlflow-client.ts'

/** How MLflow servers are reached, whichever they are. */
export type ServerAccess = Omit<ConnectionOptions, 'url'>

/**
 * How long a server is tried that does not answer: as long as MLflow's client does, or, where there is something
 * to fall back to, a few seconds.
 */
export type Patience = 'full' | 'brief'

export const BRIEF_TIMEOUT_MS = 4_000
const FEW_RETRIES = { maxRetries: 1, backoffFactor: 0.5, backoffJitter: 0, respectRetryAfter: false }
const OPTIONS_OF = {
  full: {},
  brief: { ...FEW_RETRIES, timeoutMs: BRIEF_TIMEOUT_MS },
  // A server may take its time to begin with a file that it first fetches itself.
  'brief for files': FEW_RETRIES,
} as const

/** Clients of MLflow servers, made when they are needed; the HTTP client is imported with the first. */
export class MlflowServers {
  readonly #access: ServerAccess
  readonly #clients = new Map<string, Promise<MlflowClient>>()

  constructor(access: ServerAccess) {
    this.#access = access
  }

  client(url: string, patience: keyof typeof OPTIONS_OF = 'full'): Promise<MlflowClient> {
    const key = `${patience} ${url}`
    const known = this.#clients.get(key)
    if (known !== undefined) return known
    const made = this.#connect({ ...this.#access, ...OPTIONS_OF[patience], url })
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
    const forFiles = patience === 'brief' ? 'brief for files' : 'full'

    const { openHttpArtifacts } = await import('../artifacts/http-artifacts.ts')
    if (serverUrl !== undefined) {
      return openHttpArtifacts(uri, { server: (await this.client(serverUrl, forFiles)).connection })
    }
    const connection = /^http/i.test(uri) ? await this.#stranger(new URL(uri).origin, forFiles) : undefined
    return openHttpArtifacts(uri, { server: connection })
  }

  async close(): Promise<void> {
    const clients = await Promise.allSettled(this.#clients.values())
    await Promise.all(clients.map((made) => (made.status === 'fulfilled' ? made.value.close() : undefined)))
  }

  /** A web server that has nothing to do with our credentials. */
  async #stranger(origin: string, patience: keyof typeof OPTIONS_OF): Promise<Connection> {
    const key = `stranger ${patience} ${origin}`
    const { withoutCredentials } = await import('../client/connection-options.ts')
    const made =
      this.#clients.get(key) ??
      this.#connect({ ...withoutCredentials(this.#access), ...OPTIONS_OF[patience], url: origin })
    this.#clients.set(key, made)
    return (await made).connection
  }

  async #connect(options: ConnectionOptions): Promise<MlflowClient> {
    const { MlflowClient } = await import('../client/mlflow-client.ts')
    return new MlflowClient(options)
  }
}
