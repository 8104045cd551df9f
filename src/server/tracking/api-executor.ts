import type { RequestSource } from '../../protocols/mlflow-rest/rest-request.ts'
import type { ApiRoute, RoutedCall } from './api-route.ts'
import type { StoreQuestion } from './store-questions.ts'

/** Whoever waits for an answer; one that has gone, or that was answered otherwise, is not worked for. */
export interface ApiCaller {
  readonly signal: { readonly aborted: boolean }
}

/** Runs calls of the API away from the thread that does HTTP. */
export interface ApiExecutor {
  /** The endpoint table, in its order. */
  readonly routes: readonly ApiRoute[]
  /** @returns the JSON text of the answer, or its bytes. @throws ServingError */
  execute(call: RoutedCall, source: RequestSource, caller: ApiCaller): Promise<string | Uint8Array>
  /** Asks the stores something that is no call of the API. @throws ServingError */
  ask(question: StoreQuestion, about: readonly string[]): Promise<string>
  figures(): readonly ThreadFigures[]
  /** Ends the threads, when what they were given is done. */
  close(): Promise<void>
}

/** Of the threads that do one kind of work. */
export interface ThreadFigures {
  readonly work: 'read' | 'write' | 'any'
  readonly threads: number
  /** Calls that a thread has, and those that wait for one. */
  readonly running: number
  readonly waiting: number
  readonly calls: number
  /** Time that calls have spent in threads, their waiting for locks, commits and each other included. */
  readonly callSeconds: number
  /** Threads that died and were replaced. */
  readonly replaced: number
}
