import type { ApiRoute, RoutedCall } from './api-route.ts'
import type { PathParameters } from './endpoint.ts'

/** The names under which every endpoint is served: to clients, and to pages in a browser. */
const PREFIXES = ['/api', '/ajax-api'] as const

/** What serves a path: the calls by verb. */
type Calls = Map<string, { readonly route: ApiRoute; readonly index: number }>

interface Template {
  readonly segments: readonly string[]
  readonly calls: Calls
}

/** What a request is for; where only its verb is wrong, those that would do. */
export type Routed =
  | { readonly call: RoutedCall }
  | { readonly allowed: readonly string[]; readonly call?: never }

/** Finds the endpoint of a request. */
export class EndpointRouter {
  /** By the whole path, of endpoints without parameters in it. */
  readonly #plain = new Map<string, Calls>()
  /** By the number of segments. */
  readonly #templates = new Map<number, Template[]>()

  /** @param staticPrefix that stands before every path: `` or `/mlflow` */
  constructor(routes: readonly ApiRoute[], staticPrefix: string) {
    for (const [index, route] of routes.entries()) {
      for (const prefix of route.ajaxOnly ? PREFIXES.slice(1) : PREFIXES)
        this.#add(`${staticPrefix}${prefix}${route.path}`, route, index)
    }
  }

  /** @param path decoded, without the query. Undefined where nothing is served there. */
  find(verb: string, path: string): Routed | undefined {
    const plain = this.#plain.get(path)
    if (plain !== undefined) return routedTo(plain, verb, {})
    const segments = path.split('/')
    for (const template of this.#templates.get(segments.length) ?? []) {
      const parameters = parametersOf(template.segments, segments)
      if (parameters !== undefined) return routedTo(template.calls, verb, parameters)
    }
    return undefined
  }

  #add(path: string, route: ApiRoute, index: number): void {
    const calls = path.includes('{') ? this.#callsOfTemplate(path) : this.#callsOfPath(path)
    calls.set(route.verb, { route, index })
  }

  #callsOfPath(path: string): Calls {
    const calls: Calls = this.#plain.get(path) ?? new Map()
    this.#plain.set(path, calls)
    return calls
  }

  #callsOfTemplate(path: string): Calls {
    const segments = path.split('/')
    const templates = this.#templates.get(segments.length) ?? []
    this.#templates.set(segments.length, templates)
    const known = templates.find((template) => template.segments.join('/') === path)
    if (known !== undefined) return known.calls
    const calls: Calls = new Map()
    templates.push({ segments, calls })
    return calls
  }
}

function routedTo(calls: Calls, verb: string, parameters: PathParameters): Routed {
  // A HEAD is a GET of which the head alone is sent (RFC 9110, section 9.3.2).
  const found = calls.get(verb === 'HEAD' ? 'GET' : verb)
  if (found !== undefined) return { call: { ...found, parameters } }
  const verbs = [...calls.keys()]
  return { allowed: [...verbs, ...(verbs.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].sort() }
}

/** Undefined where the path is none of the template. A parameter is never empty. */
function parametersOf(template: readonly string[], segments: readonly string[]): PathParameters | undefined {
  const parameters: Record<string, string> = {}
  for (const [at, expected] of template.entries()) {
    const segment = segments[at] ?? ''
    if (!expected.startsWith('{')) {
      if (segment !== expected) return undefined
    } else if (segment === '') return undefined
    else parameters[expected.slice(1, -1)] = segment
  }
  return parameters
}
