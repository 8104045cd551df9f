import type { RequestHead } from './request-head.ts'

const ALLOWED_METHODS = 'GET, POST'
const ALLOWED_HEADERS =
  'Content-Type, Content-Encoding, Inference-Header-Content-Length, Authorization, X-API-Key, ' +
  'X-Headrace-Timeout-Ms, X-Headrace-Variant, X-Request-Id, traceparent'
const EXPOSED_HEADERS =
  'Inference-Header-Content-Length, X-Request-Id, traceparent, Server-Timing, Retry-After, ' +
  'X-Headrace-Variant, X-Headrace-Model-Version, X-Headrace-Outcome-Id'
const PREFLIGHT_SECONDS = '600'

/** Cross-origin access (Fetch Standard, "CORS protocol") for a list of origins; `*` admits all of them. */
export class Cors {
  readonly #origins: ReadonlySet<string>
  readonly #allowedHeaders: string

  /** @param headers that requests may have besides. */
  constructor(origins: readonly string[], headers: readonly string[] = []) {
    this.#origins = new Set(origins)
    this.#allowedHeaders = [ALLOWED_HEADERS, ...headers].join(', ')
  }

  /** Headers, as a flat list of names and values, that let a page of this request's origin read the reply. */
  replyHeaders(request: RequestHead): readonly string[] {
    const { origin } = request.headers
    if (origin === undefined) return []
    // The reply depends on the origin, so a shared cache must not hand it to another one.
    const vary = ['vary', 'Origin']
    if (!this.#allows(origin)) return vary
    return [
      ...vary,
      ...['access-control-allow-origin', this.#origins.has('*') ? '*' : origin],
      ...['access-control-expose-headers', EXPOSED_HEADERS],
    ]
  }

  /** Headers of the answer to a preflight; undefined where the request is none from an allowed origin. */
  preflightHeaders(request: RequestHead): readonly string[] | undefined {
    const { origin } = request.headers
    if (request.method !== 'OPTIONS' || origin === undefined || !this.#allows(origin)) return undefined
    if (request.headers['access-control-request-method'] === undefined) return undefined
    return [
      ...['access-control-allow-methods', ALLOWED_METHODS],
      ...['access-control-allow-headers', this.#allowedHeaders],
      ...['access-control-max-age', PREFLIGHT_SECONDS],
    ]
  }

  #allows(origin: string): boolean {
    return this.#origins.has('*') || this.#origins.has(origin)
  }
}
