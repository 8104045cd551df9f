import type { CallOptions } from '../connection-options.ts'

/** A call as it travels. */
export interface WireCall {
  readonly verb: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Behind `/api`, percent-encoded. */
  readonly path: string
  /** Of a GET, without `?`; empty where there is none. */
  readonly query: string
  /** JSON, of all other verbs. */
  readonly body: string | undefined
}

/** What takes calls of MLflow's REST API to whoever answers them: a server, or this process's own stores. */
export interface ApiTransport {
  /** Of whoever answers, without credentials. */
  readonly url: string
  /** The JSON text of the answer. @throws ServingError what the other side refused, or `unreachable` */
  answer(call: WireCall, options?: CallOptions): Promise<string>
  close(): Promise<void>
}
