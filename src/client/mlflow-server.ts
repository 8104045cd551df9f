import { Connection } from './connection.ts'
import type { ConnectionOptions } from './connection-options.ts'
import { RegistryApi } from './registry-api.ts'
import { TrackingApi } from './tracking-api.ts'

/**
 * An MLflow server over REST, as far as finding models goes: its tracking, its registry, and the connection that its
 * artifacts come by. It reads answers without the messages of `MlflowClient`: those are 2 MB more at the start of a
 * scoring server, and do not take the numbers that some servers write for texts.
 */
export class MlflowServer {
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
