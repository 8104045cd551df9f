import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ServingError } from '../../../core/errors.ts'

/** One request for a route of artifacts. */
export interface ArtifactCall {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** What the route's path leaves open, decoded once: the path of an artifact, or an id. Empty where there is none. */
  readonly rest: string
  /** Behind the question mark. */
  readonly query: string
  /** Told what went wrong, for the log. @returns what the client may know of it */
  failed(thrown: unknown): ServingError
}

/** Answers a call, or throws ServingError. */
export type ArtifactHandler = (call: ArtifactCall) => Promise<void>
