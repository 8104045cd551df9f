import type { Exchange } from '../exchange.ts'
import type { RequestHead } from '../request-head.ts'
import { isLocalHost, matchesAny } from './host-pattern.ts'
import { requestedHost } from './request-target.ts'

export interface SecurityOptions {
  /** Patterns of Host headers that are served; local names and private addresses where undefined. */
  readonly allowedHosts?: readonly string[] | undefined
  /** Patterns of origins, beside those of this machine, whose pages may use the server; `*` for any. */
  readonly allowedOrigins: readonly string[]
  /** `NONE` for no such header. */
  readonly frameOptions: string
  readonly staticPrefix: string
}

const TEXT = 'text/plain'
const TEXT_UTF8 = 'text/plain; charset=utf-8'
const CHANGING: ReadonlySet<string> = new Set(['POST', 'PUT', 'DELETE', 'PATCH'])
const METHODS = 'GET, POST, PUT, DELETE, OPTIONS, PATCH'
const LOCAL_ORIGIN = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/
const PREFLIGHT_SECONDS = '600'

/**
 * Keeps pages of foreign sites from using the server through a browser that can reach it: by its Host header
 * (DNS rebinding) and by the origin of requests that change something. As `fastapi_security.py` of MLflow 3.17.2.
 */
export class RequestSecurity {
  readonly #options: SecurityOptions
  readonly #everyHost: boolean
  readonly #everyOrigin: boolean
  readonly #headers: readonly string[]
  readonly #openPaths: ReadonlySet<string>
  readonly #apiPaths: readonly string[]

  constructor(options: SecurityOptions) {
    const { allowedHosts, allowedOrigins, frameOptions, staticPrefix } = options
    this.#options = options
    this.#everyHost = allowedHosts?.includes('*') ?? false
    this.#everyOrigin = allowedOrigins.includes('*')
    const frame = frameOptions.toUpperCase()
    this.#headers = [
      ...['x-content-type-options', 'nosniff'],
      ...(frame === 'NONE' || frame === '' ? [] : ['x-frame-options', frame]),
      ...['vary', 'Origin'],
    ]
    this.#openPaths = new Set([`${staticPrefix}/health`, `${staticPrefix}/version`])
    this.#apiPaths = [
      ...[`${staticPrefix}/api/`, `${staticPrefix}/ajax-api/`],
      // These are served without the prefix too.
      ...['/api/2.0/mlflow-artifacts/artifacts', '/ajax-api/2.0/mlflow-artifacts/artifacts'],
    ]
  }

  /** Headers for the answer, and the answer itself where the request must not go on. @returns whether it goes on */
  admit(exchange: Exchange, path: string): boolean {
    exchange.headers.push(...this.#headers)
    if (!this.#openPaths.has(path) && !this.#admitsHost(hostOf(exchange.request))) {
      exchange.send(403, TEXT, 'Invalid Host header - possible DNS rebinding attack detected')
      return false
    }
    const { origin } = exchange.request.headers
    return origin === undefined || this.#admitsOrigin(exchange, path, origin)
  }

  #admitsHost(host: string): boolean {
    const { allowedHosts } = this.#options
    if (host === '') return false
    if (this.#everyHost) return true
    return allowedHosts === undefined ? isLocalHost(host) : matchesAny(host, allowedHosts)
  }

  #admitsOrigin(exchange: Exchange, path: string, origin: string): boolean {
    const { request, headers } = exchange
    const isAllowed = this.#everyOrigin || LOCAL_ORIGIN.test(origin) || this.#isNamed(origin)
    if (isAllowed) headers.push('access-control-allow-origin', this.#everyOrigin ? '*' : origin)
    if (!this.#everyOrigin) headers.push('access-control-allow-credentials', 'true')
    if (isPreflight(request)) {
      this.#answerPreflight(exchange, isAllowed)
      return false
    }
    headers.push('access-control-expose-headers', '*')
    if (!this.#isForeignChange(request, path, origin)) return true
    exchange.send(403, TEXT, 'Cross-origin request blocked')
    return false
  }

  #isForeignChange({ method = '' }: RequestHead, path: string, origin: string): boolean {
    if (this.#everyOrigin || !CHANGING.has(method)) return false
    if (isOfThisMachine(origin) || this.#isNamed(origin)) return false
    return this.#apiPaths.some((start) => path.startsWith(start))
  }

  #isNamed(origin: string): boolean {
    return matchesAny(origin, this.#options.allowedOrigins)
  }

  #answerPreflight(exchange: Exchange, isAllowed: boolean): void {
    const { headers, request } = exchange
    headers.push('access-control-allow-methods', METHODS, 'access-control-max-age', PREFLIGHT_SECONDS)
    const wanted = request.headers['access-control-request-headers']
    if (wanted !== undefined) headers.push('access-control-allow-headers', wanted)
    const method = request.headers['access-control-request-method'] ?? ''
    if (!isAllowed) exchange.send(400, TEXT_UTF8, 'Disallowed CORS origin')
    else if (!METHODS.split(', ').includes(method)) exchange.send(400, TEXT_UTF8, 'Disallowed CORS method')
    else exchange.send(200, TEXT_UTF8, 'OK')
  }
}

function hostOf({ url = '', headers }: RequestHead): string {
  return requestedHost(url, headers.host)
}

function isPreflight({ method, headers }: RequestHead): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined
}

const THIS_MACHINE: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

function isOfThisMachine(origin: string): boolean {
  return URL.canParse(origin) && THIS_MACHINE.has(new URL(origin).hostname)
}
