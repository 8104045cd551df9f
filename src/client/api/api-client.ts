import type { CallOptions } from '../connection-options.ts'
import type { ApiTransport } from './api-transport.ts'
import { MessageCaller } from './message-caller.ts'

export type { CallOptions }

/** Of searches, all of which give their results in pages. */
export interface PageOptions extends CallOptions {
  /** Most entries of a page. Default: what the server takes for one. */
  readonly maxResults?: number | undefined
  /** `nextPageToken` of the page before. */
  readonly pageToken?: string | undefined
}

/** Of searches with a filter. */
export interface SearchOptions extends PageOptions {
  /** In MLflow's search grammar: `metrics.rmse < 1 AND tags.kind = 'trial'`. */
  readonly filter?: string | undefined
  /** `metrics.rmse DESC`, `name`. */
  readonly orderBy?: readonly string[] | undefined
}

export type ViewType = 'ACTIVE_ONLY' | 'DELETED_ONLY' | 'ALL'

/** What the parts of the client have in common. */
export class ApiClient {
  /** @internal */
  protected readonly caller: MessageCaller

  /** @internal */
  constructor(transport: ApiTransport) {
    this.caller = new MessageCaller(transport)
  }

  /** The server's URL, without credentials. */
  get url(): string {
    return this.caller.transport.url
  }
}
