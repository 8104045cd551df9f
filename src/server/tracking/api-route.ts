import type { Endpoint, PathParameters, Verb } from './endpoint.ts'

/** What the thread that reads requests knows of an endpoint: how it is reached, and not what it does. */
export interface ApiRoute extends Pick<Endpoint, 'verb' | 'path' | 'ajaxOnly' | 'access'> {
  readonly verb: Verb
}

/** An endpoint that a request is for, by its place in the endpoint table. */
export interface RoutedCall {
  readonly route: ApiRoute
  readonly index: number
  readonly parameters: PathParameters
}
