import type { SerializedError } from '../../../core/errors.ts'
import type { RequestSource } from '../../../protocols/mlflow-rest/rest-request.ts'
import type { StoreLocation } from '../../../store/open-stores.ts'
import type { ApiRoute } from '../api-route.ts'
import type { PathParameters } from '../endpoint.ts'
import type { StoreQuestion } from '../store-questions.ts'

/** What goes between the thread that does HTTP and one that has the stores open. */

/** Which databases a thread opens; given at its start. */
export interface StoreThreadData {
  readonly tracking: StoreLocation
  /** Undefined where the registry is in the same database. */
  readonly registry: StoreLocation | undefined
  /** Bound of its heap; what Node takes by itself unless set. */
  readonly heapMb?: number
  /** The first of all threads creates what a new database needs. */
  readonly creates: boolean
}

export type ToStoreThread =
  | { readonly type: 'open' }
  /** Calls that came in one turn of the event loop: a message wakes a thread, which costs more than a small call. */
  | { readonly type: 'calls'; readonly calls: readonly SentCall[] }
  | { readonly type: 'close' }

export type SentCall = StoreWork & { readonly id: number }

/** A call of the API, or a question. */
export type StoreWork =
  | {
      readonly endpoint: number
      readonly parameters: PathParameters
      readonly source: RequestSource
    }
  | { readonly question: StoreQuestion; readonly about: readonly string[] }

export type FromStoreThread =
  | { readonly type: 'opened'; readonly routes: readonly ApiRoute[] }
  | { readonly type: 'unopened'; readonly error: SerializedError }
  /** Those of calls that were committed together come together. */
  | { readonly type: 'results'; readonly results: readonly SentResult[] }

export type SentResult =
  | { readonly id: number; readonly answer: string | Uint8Array }
  | { readonly id: number; readonly error: SentError }

/** A defect keeps its place in the code, for the log. */
export interface SentError extends SerializedError {
  readonly stack?: string
}
