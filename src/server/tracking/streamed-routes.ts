import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ServingError } from '../../core/errors.ts'

/** Where a request goes. */
export interface RequestTarget {
  /** As it was sent: parts of it may be percent-encoded. Without the query. */
  readonly rawPath: string
  /** Decoded once. */
  readonly path: string
  /** Behind the question mark; empty where there is none. */
  readonly query: string
}

/**
 * Routes that read or write bodies as streams, in the thread that does HTTP. Headers that every answer has are set
 * on the response already; the request is counted, logged and waited for at the end as any other.
 */
export interface StreamedRoutes {
  /**
   * Begins to answer a request.
   * @param failed is told what a request failed of, before it is answered or cut off, and says what its client may know
   * @returns false where it is for none of these routes; nothing has been done then
   */
  handle(
    request: IncomingMessage,
    response: ServerResponse,
    target: RequestTarget,
    failed: (thrown: unknown) => ServingError,
  ): boolean
}
