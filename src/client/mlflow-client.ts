import { Connection } from './connection.ts'
import type { ConnectionOptions } from './connection-options.ts'
import { RegistryApi } from './registry-api.ts'
import { TrackingApi } from './tracking-api.ts'

/** An MLflow server over REST: its tracking, its registry, and the connection that its artifacts come by. */
export class MlflowClient {
  readonly tracking: TrackingApi
  readonly registry: RegistryApi
  readonly connection: Connection

  /** Nothing is sent yet. @throws ServingError INVALID_PARAMETER_VALUE where the URL is not one of a server */
  constructor(options: ConnectionOptions) {
    this.connection = new Connection(options)
    this.tracking = new TrackingApi(this.connection)
    this.registry = new RegistryApi(this.connection)
  }

  /** The server's URL, without credentials. */
  get url(): string {
    return this.connection.url
  }

  /** Ends what is under way. */
  async close(): Promise<void> {
    await this.connection.close()
  }
}
