import type { Connection } from '../connection.ts'
import type { CallOptions } from '../connection-options.ts'
import type { ApiTransport, WireCall } from './api-transport.ts'

const JSON_TYPE = { 'content-type': 'application/json' }

/** Calls of MLflow's API that go to a server. */
export class ServerTransport implements ApiTransport {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  get url(): string {
    return this.#connection.url
  }

  answer({ verb, path, query, body }: WireCall, options?: CallOptions): Promise<string> {
    return this.#connection.text(
      {
        method: verb,
        path: `/api${path}`,
        query: new URLSearchParams(query),
        body,
        ...(body === undefined ? {} : { headers: JSON_TYPE }),
      },
      options,
    )
  }

  close(): Promise<void> {
    return this.#connection.close()
  }
}
