/// <reference lib="esnext.disposable" preserve="true" />
import { invalidParameter } from '../core/errors.ts'
import type { ApiTransport } from './api/api-transport.ts'
import { ArtifactClient } from './api/artifact-client.ts'
import { ServerTransport } from './api/server-transport.ts'
import { TwoServers } from './api/two-servers.ts'
import type { ArtifactTrees } from './artifacts/artifact-tree.ts'
import { ServerTrees } from './artifacts/server-trees.ts'
import { Connection } from './connection.ts'
import { type ConnectionOptions, type ReachOptions, withoutCredentials } from './connection-options.ts'
import { readEnvironment } from './environment.ts'
import { LogQueue, type LogQueueOptions } from './log-queue/log-queue.ts'
import type { ScoreOptions, ScoringData } from './score.ts'
import { hideUserInfo } from './server-url.ts'

/** What is left out is as MLflow's variables say: `MLFLOW_TRACKING_URI`, `MLFLOW_TRACKING_TOKEN` and the others. */
export interface MlflowClientOptions extends Omit<ConnectionOptions, 'url'> {
  /** `http(s)://host[:port][/prefix]`. */
  readonly trackingUri?: string | undefined
  /** Where the registry is another server. */
  readonly registryUri?: string | undefined
}

/** @internal What answers in the place of a server. */
export interface ClientParts {
  readonly transport: ApiTransport
  readonly trees: ArtifactTrees
}

/**
 * A client of an MLflow server, MLflow's own or `headrace server`: tracking, registry, artifacts and scoring. Methods
 * have the names of MLflow's Python client in camel case. All throw ServingError: `code` is MLflow's, `message` the
 * server's own. What fails for the moment (no connection, 429, 500, 502, 503, 504) is asked again before.
 */
export class MlflowClient extends ArtifactClient {
  readonly #transport: ApiTransport
  readonly #reach: ReachOptions
  /** Queues that have something to send or to tell. */
  readonly #busy = new Set<LogQueue>()

  /** Nothing is sent yet. @throws ServingError INVALID_PARAMETER_VALUE where no server is named */
  constructor(options?: MlflowClientOptions | string)
  /** @internal */
  constructor(options: MlflowClientOptions | string | undefined, parts: ClientParts)
  constructor(options: MlflowClientOptions | string = {}, parts?: ClientParts) {
    const { trackingUri, registryUri, ...connection } = settled(options)
    const { transport, trees } = parts ?? partsOf(trackingUri, registryUri, connection)
    super(transport, trees)
    this.#transport = transport
    this.#reach = withoutCredentials(connection)
  }

  /** Logs to a run in the background. Flush it, or the client, before what was logged is needed. */
  batch(runId: string, options?: LogQueueOptions): LogQueue {
    return new LogQueue(this, runId, options, this.#busy)
  }

  /** Sends all that is queued by `batch`. @throws LogFailuresError of the first queue that has one */
  async flush(): Promise<void> {
    const flushed = await Promise.allSettled([...this.#busy].map((queue) => queue.flush()))
    const failure = flushed.find((each) => each.status === 'rejected')
    if (failure !== undefined) throw failure.reason
  }

  /**
   * The predictions of a scoring server for data. The tracking server's credentials do not go there.
   * @param url `http://host:5000`, or of one model of several: `http://host:5000/v1/models/iris`
   */
  async score(url: string, data: ScoringData, options: ScoreOptions = {}): Promise<unknown> {
    const { scoreAt } = await import('./score.ts')
    return scoreAt(url, data, options, this.#reach)
  }

  /** Sends what is queued, and ends what else is under way. */
  async close(): Promise<void> {
    try {
      await this.flush()
    } finally {
      await this.#transport.close()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}

function settled(options: MlflowClientOptions | string): MlflowClientOptions {
  const given = typeof options === 'string' ? { trackingUri: options } : options
  const { connection, trackingUri, registryUri } = readEnvironment()
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  // Whoever names credentials means them, and not those of the variables.
  const login =
    given.username || given.token ? { username: undefined, password: undefined, token: undefined } : {}
  return { trackingUri, registryUri, ...connection, ...login, ...set }
}

function partsOf(
  trackingUri: string | undefined,
  registryUri: string | undefined,
  options: Omit<ConnectionOptions, 'url'>,
): ClientParts {
  const connection = new Connection({ ...options, url: serverOf(trackingUri, 'MLFLOW_TRACKING_URI') })
  const tracking = new ServerTransport(connection)
  const trees = new ServerTrees(connection)
  if (registryUri === undefined || registryUri === trackingUri) return { transport: tracking, trees }
  const registry = new Connection({ ...options, url: serverOf(registryUri, 'MLFLOW_REGISTRY_URI') })
  return { transport: new TwoServers(tracking, new ServerTransport(registry)), trees }
}

function serverOf(uri: string | undefined, variable: string): string {
  if (uri !== undefined && /^https?:/i.test(uri)) return uri
  const held = uri === undefined ? 'nothing' : `'${hideUserInfo(uri)}'`
  throw invalidParameter(
    `The client needs the http:// or https:// URL of a server, and ${variable} names ${held}. ` +
      'A database is served with: headrace server --backend-store-uri sqlite:///mlflow.db',
  )
}
