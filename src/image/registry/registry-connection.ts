import type { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import { Answer } from '../../client/answer.ts'
import { type Asked, connectionFailure } from '../../client/connection-failure.ts'
import { type Retry, type RetryRules, withRetries } from '../../client/retry.ts'
import { Transport, type WireRequest } from '../../client/transport.ts'
import { ServingError } from '../../core/errors.ts'
import { isLoopback } from '../../core/loopback.ts'
import { RegistryAuthorization } from './auth/registry-authorization.ts'
import { hostOf, type ImageReference, registryOrigin } from './image-reference.ts'
import type { RegistryAccess } from './registry-access.ts'
import { registryFailure } from './registry-failure.ts'

/** A request of the distribution specification. */
export interface RegistryRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH'
  /** From the repository on: `/blobs/sha256:…`; or where the registry has said to go on. */
  readonly target: string | URL
  readonly headers?: Readonly<Record<string, string>>
  /** Text, or what gives the bytes anew for each attempt. */
  readonly body?: string | (() => Readable)
  /** What is asked for, for messages: `layer sha256:…`. */
  readonly what: string
  /** Statuses that are answers; of all others an error is thrown. */
  readonly statuses: readonly number[]
  /** Default: those of the connection. */
  readonly maxRetries?: number
  /** Default: the signal of the connection. */
  readonly signal?: AbortSignal | undefined
}

const MAX_REDIRECTS = 5
const TIMEOUT_MS = 120_000
const MAX_ANSWER_BYTES = 1024 * 1024
const AUTHORITY = { authority: 'NODE_EXTRA_CA_CERTS' }

/**
 * One repository of a registry, as its HTTP API gives it (distribution specification 1.1): authorization, redirects,
 * retries. Authorization goes to the registry's own origin and nowhere else, also where that redirects or sends an
 * upload to an object store. To be closed.
 */
export class RegistryConnection {
  readonly registry: string
  readonly repository: string
  readonly retries: RetryRules
  readonly #access: RegistryAccess
  readonly #origin: string
  readonly #authorization: RegistryAuthorization
  readonly #transports = new Map<string, Transport>()

  /** @param scopes what a token is to allow, as `repository:team/iris:pull,push` */
  constructor(
    { registry, repository }: Pick<ImageReference, 'registry' | 'repository'>,
    access: RegistryAccess,
    scopes: readonly string[],
  ) {
    this.registry = registry
    this.repository = repository
    this.retries = {
      maxRetries: access.maxRetries ?? 5,
      backoffFactor: access.backoffFactor ?? 0.5,
      backoffJitter: access.backoffFactor ?? 0.5,
      respectRetryAfter: true,
    }
    this.#access = access
    this.#origin = registryOrigin({ registry }, access.plainHttp)
    const { credentials, plainHttp } = access
    this.#authorization = new RegistryAuthorization(
      { registry, repository, scopes, credentials, plainHttp },
      (request) => this.#token(request),
    )
  }

  /** `registry.example/team/iris`. */
  get place(): string {
    return `${this.registry}/${this.repository}`
  }

  /** The answer, with its body still to be read or discarded. */
  send(request: RegistryRequest): Promise<Answer> {
    const maxRetries = request.maxRetries ?? this.retries.maxRetries
    const signal = request.signal ?? this.#access.signal
    const onRetry = (retry: Retry): void => this.report(retry)
    return withRetries(() => this.#attempt(request, signal), { ...this.retries, maxRetries, signal, onRetry })
  }

  /** The answer's status and headers, where its body is of no use. */
  async status(request: RegistryRequest): Promise<Pick<Answer, 'status' | 'headers' | 'url'>> {
    const answer = await this.send(request)
    // Read rather than broken off: the connection is wanted for what comes next.
    await answer.beginning(MAX_ANSWER_BYTES)
    return answer
  }

  /**
   * Where an upload goes on: the Location of an answer.
   * @throws ServingError INVALID_STATE where there is none, or one by plain HTTP of another machine
   */
  location({ headers, url }: Pick<Answer, 'headers' | 'url'>, what: string): URL {
    const location = URL.parse(headers['location'] ?? '', url)
    if (headers['location'] === undefined || location === null) {
      throw this.#astray(`${what} was answered without a Location`)
    }
    this.#refuseDowngrade(location, what)
    return location
  }

  /** Ends what is under way. */
  async close(): Promise<void> {
    await Promise.all([...this.#transports.values()].map((transport) => transport.close()))
  }

  report({ reason, attempt, attempts, waitSeconds }: Retry): void {
    const seconds = Number(waitSeconds.toFixed(1))
    const wait = seconds === 0 ? 'at once' : `in ${seconds} s`
    this.#access.log?.warn(
      { registry: this.registry, attempt, attempts, waitSeconds: seconds },
      `${reason.message.replace(/\.$/, '')}. Asking again ${wait} (attempt ${attempt} of ${attempts})`,
    )
  }

  async #attempt(request: RegistryRequest, signal: AbortSignal | undefined): Promise<Answer> {
    let url = this.#target(request.target)
    for (let redirects = 0; ; redirects++) {
      const answer = await this.#authorized(request, url, signal)
      if (request.statuses.includes(answer.status)) return answer
      const next = redirects < MAX_REDIRECTS ? this.#redirect(answer, request, url) : undefined
      if (next === undefined) throw await this.#failure(answer, request.what)
      answer.discard()
      url = next
    }
  }

  /** What is refused for its authorization is sent once more, where there is something else to show. */
  async #authorized(request: RegistryRequest, url: URL, signal: AbortSignal | undefined): Promise<Answer> {
    if (url.origin !== this.#origin) return this.#once(request, url, undefined, signal)
    const shown = await this.#authorization.header()
    const answer = await this.#once(request, url, shown, signal)
    if (answer.status !== 401) return answer
    if (!(await this.#authorization.learn(answer.headers['www-authenticate'] ?? '', shown))) return answer
    answer.discard()
    return this.#once(request, url, await this.#authorization.header(), signal)
  }

  #target(target: string | URL): URL {
    return typeof target === 'string' ? new URL(`${this.#origin}/v2/${this.repository}${target}`) : target
  }

  /** A body is sent again only where the redirect says so. (RFC 9110, section 15.4) */
  #redirect({ status, headers }: Answer, { method, what }: RegistryRequest, url: URL): URL | undefined {
    const keepsMethod = status === 307 || status === 308
    const isRedirect = keepsMethod || [301, 302, 303].includes(status)
    if (!isRedirect || !(keepsMethod || method === 'GET' || method === 'HEAD')) return undefined
    const next = URL.parse(headers['location'] ?? '', url.href)
    if (next === null) throw this.#astray(`${what} was redirected to nowhere`)
    this.#refuseDowngrade(next, what)
    return next
  }

  /** What a registry with TLS sends to a place without is not what it keeps secret. */
  #refuseDowngrade(url: URL, what: string): void {
    const isRefused = url.protocol === 'http:' && !this.#isPlainAllowed(url)
    if (isRefused || !/^https?:$/.test(url.protocol)) {
      throw this.#astray(`${what} was sent on to ${url.origin}, which is no HTTPS`)
    }
  }

  /** A registry of another machine has no business with the services of this one. */
  #isPlainAllowed({ hostname }: URL): boolean {
    return isLoopback(hostname) ? isLoopback(hostOf(this)) : this.#access.plainHttp === true
  }

  async #once(
    { method, headers, body, what }: RegistryRequest,
    url: URL,
    authorization: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Answer> {
    const content = typeof body === 'function' ? body() : body
    // Its failure is the request's.
    if (typeof content === 'object') content.on('error', () => {})
    const sent = { ...headers, ...(authorization === undefined ? {} : { authorization }) }
    return this.#wire({ method, url, headers: sent, body: content, signal }, what)
  }

  async #wire(request: WireRequest, what: string): Promise<Answer> {
    const { url, signal } = request
    const asked: Asked = {
      url: `${url.origin}${url.pathname}`,
      signal,
      timeoutMs: TIMEOUT_MS,
      settings: AUTHORITY,
    }
    const headers = { 'user-agent': 'headrace', 'accept-encoding': 'identity', ...request.headers }
    let data: Dispatcher.ResponseData
    try {
      data = await this.#transport(url.origin).send({ ...request, headers })
    } catch (cause) {
      const failure = connectionFailure(cause, asked)
      throw failure === cause ? failure : this.#named(failure, what)
    }
    return new Answer(data, asked)
  }

  /** The path of an upload says nothing to a person. */
  #named(failure: ServingError, what: string): ServingError {
    const { code, message, details, cause } = failure
    return new ServingError(code, `${this.place}: ${what}: ${message}`, { details, cause })
  }

  async #token(request: Pick<WireRequest, 'method' | 'url' | 'headers' | 'body'>): Promise<string> {
    const what = `a token from ${request.url.host}`
    const { signal } = this.#access
    const onRetry = (retry: Retry): void => this.report(retry)
    return withRetries(
      async () => {
        const answer = await this.#wire({ ...request, signal }, what)
        if (answer.status !== 200) throw await this.#failure(answer, what)
        return answer.text(MAX_ANSWER_BYTES)
      },
      { ...this.retries, signal, onRetry },
    )
  }

  #transport(origin: string): Transport {
    const transport = this.#transports.get(origin) ?? new Transport({ url: origin }, TIMEOUT_MS)
    this.#transports.set(origin, transport)
    return transport
  }

  #failure(answer: Answer, what: string): Promise<ServingError> {
    const { hasCredentials } = this.#authorization
    return registryFailure(answer, { place: this.place, registry: this.registry, what, hasCredentials })
  }

  #astray(what: string): ServingError {
    return new ServingError('INVALID_STATE', `${this.place}: ${what}`)
  }
}
