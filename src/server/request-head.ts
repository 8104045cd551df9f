import type { IncomingHttpHeaders } from 'node:http'

/** What stands before a request's body. node:http's IncomingMessage is one. */
export interface RequestHead {
  readonly method?: string | undefined
  /** Path and query, as they were sent. */
  readonly url?: string | undefined
  readonly headers: Readonly<IncomingHttpHeaders>
}
