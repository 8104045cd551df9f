import type { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import { isRecord } from '../core/record.ts'
import { Answer } from './answer.ts'
import { answerFailure, type FailedRequest, notJson } from './answer-failure.ts'
import { connectionFailure } from './connection-failure.ts'
import {
  type CallOptions,
  type ClientLog,
  type ConnectionOptions,
  withoutCredentials,
} from './connection-options.ts'
import { type Retry, type RetryRules, retryRules, withRetries } from './retry.ts'
import { authorizationOf, readServerUrl } from './server-url.ts'
import { Transport, type WireRequest } from './transport.ts'

/** A call of a REST API. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** From the URL of the connection on, percent-encoded: `/api/2.0/mlflow/runs/get`. */
  readonly path: string
  readonly query?: Readonly<Record<string, string>> | URLSearchParams
  /** Text, or what gives the bytes anew for each attempt. */
  readonly body?: string | (() => Readable) | undefined
  readonly headers?: Readonly<Record<string, string>>
}

/** A call of a REST API with an object. */
export interface JsonRequest extends Omit<ApiRequest, 'body' | 'headers'> {
  readonly body?: object
}

/** A file that is asked for. */
export interface FileRequest {
  /** Default GET. */
  readonly method?: 'GET' | 'HEAD'
  /** From the URL of the connection on, percent-encoded; empty for the URL itself. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  /** Statuses that are answers too, besides 200. */
  readonly statuses?: readonly number[]
}

/** What is special to one request, of either kind. */
type Outgoing = Pick<WireRequest, 'method'> & Pick<ApiRequest, 'body' | 'headers'>

/** A request of which each attempt is made anew. */
type Attempted = Omit<WireRequest, 'body'> & Pick<ApiRequest, 'body'>

const JSON_TYPE = { 'content-type': 'application/json' }

/** What a connection hands on to one that is made of it. */
interface Inherited {
  readonly authorization?: string | undefined
  /** There are credentials, and they are not for this server. */
  readonly withheld?: boolean
  readonly transports?: Map<string, Transport>
}

const NO_LOGIN = { username: undefined, password: undefined, token: undefined }

const MAX_JSON_BYTES = 64 * 1024 * 1024
/** Enough of a failed answer to say what is wrong. */
const MAX_FAILURE_BYTES = 64 * 1024
const MAX_REDIRECTS = 5
const DEFAULT_TIMEOUT_MS = 120_000

/**
 * An HTTP server as MLflow's client reaches it: authentication, TLS, time-outs, retries. Credentials go to its
 * origin and nowhere else. All methods throw ServingError; one for which `isUnreachable` holds came after the last
 * retry.
 */
export class Connection {
  /** Without credentials, and without `/` at the end. */
  readonly url: string
  readonly #options: ConnectionOptions
  readonly #timeoutMs: number
  readonly #retries: RetryRules
  readonly #headers: Readonly<Record<string, string>>
  readonly #credentials: FailedRequest['credentials']
  /** By origin; of all connections that were made of one. */
  readonly #transports: Map<string, Transport>
  readonly #log: ClientLog | undefined

  /** @throws ServingError INVALID_PARAMETER_VALUE where the URL is not one of a server */
  constructor(options: ConnectionOptions, inherited: Inherited = {}) {
    const server = readServerUrl(options.url)
    const authorization = authorizationOf(options, server) ?? inherited.authorization
    this.url = server.url
    this.#options = options
    this.#timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS
    this.#retries = retryRules(options)
    this.#credentials = authorization !== undefined ? 'sent' : inherited.withheld ? 'withheld' : 'none'
    this.#headers = {
      'user-agent': options.userAgent ?? 'headrace',
      ...(authorization === undefined ? {} : { authorization }),
      ...(options.workspace ? { 'x-mlflow-workspace': options.workspace } : {}),
    }
    this.#transports = inherited.transports ?? new Map()
    this.#log = options.log
  }

  /**
   * A connection with the same settings to another URL: this server's own credentials go with it only where the
   * origin is the same. The two are closed together.
   */
  to(url: string): Connection {
    const transports = this.#transports
    if (originOf(readServerUrl(url)) !== originOf(this)) {
      const withheld = this.#credentials !== 'none'
      return new Connection({ ...withoutCredentials(this.#options), url }, { transports, withheld })
    }
    const authorization = this.#headers['authorization']
    return new Connection({ ...this.#options, ...NO_LOGIN, url }, { transports, authorization })
  }

  /** The object that an API call answers with; an empty answer is an empty object, as in MLflow. */
  json(request: JsonRequest, call: CallOptions = {}): Promise<Readonly<Record<string, unknown>>> {
    const { body, ...rest } = request
    const sent = body === undefined ? rest : { ...rest, headers: JSON_TYPE, body: JSON.stringify(body) }
    return this.#answered(sent, call, objectOf)
  }

  /** The text that an API call answers with. */
  text(request: ApiRequest, call: CallOptions = {}): Promise<string> {
    return this.#answered(request, call, (text) => text)
  }

  #answered<T>(
    request: ApiRequest,
    call: CallOptions,
    read: (text: string, asked: FailedRequest) => T,
  ): Promise<T> {
    const target = this.#target(request.path, request.query)
    const asked = this.#asked(target, 'api')
    return this.#retrying(call, async () => {
      const answer = await this.#followed(this.#wire(request, target, call), asked)
      return read(await answer.text(MAX_JSON_BYTES), asked)
    })
  }

  /** The answer to a GET or HEAD with its body still to come. Redirects are not followed, and nothing is decoded. */
  open(request: FileRequest, call: CallOptions = {}): Promise<Answer> {
    const target = this.#target(request.path)
    const asked = this.#asked(target, 'file')
    const wire = this.#wire({ method: 'GET', ...request }, target, call)
    return this.#retrying(call, async () => {
      const answer = await this.#once(wire)
      if (answer.status === 200 || request.statuses?.includes(answer.status)) return answer
      throw await failureOf(answer, asked)
    })
  }

  /** Ends what is under way, here and on the connections that were made of this one. */
  async close(): Promise<void> {
    await Promise.all([...this.#transports.values()].map((transport) => transport.close()))
  }

  #target(path: string, query: ApiRequest['query'] = {}): URL {
    const target = new URL(`${this.url}${path}`)
    for (const [name, value] of new URLSearchParams(query)) target.searchParams.append(name, value)
    return target
  }

  #asked(target: URL, kind: FailedRequest['kind']): FailedRequest {
    return { url: `${target.origin}${target.pathname}`, kind, credentials: this.#credentials }
  }

  #wire({ method, body, headers }: Outgoing, url: URL, { signal }: CallOptions): Attempted {
    return {
      method,
      url,
      headers: { ...this.#headers, 'accept-encoding': 'identity', ...headers },
      body,
      signal,
    }
  }

  #retrying<T>({ signal, maxRetries }: CallOptions, attempt: () => Promise<T>): Promise<T> {
    const rules = { ...this.#retries, maxRetries: maxRetries ?? this.#retries.maxRetries }
    return withRetries(attempt, { ...rules, signal, onRetry: (retry) => this.#report(retry) })
  }

  /** Redirects within the origin are followed where they keep the method. (RFC 9110, section 15.4) */
  async #followed(request: Attempted, asked: FailedRequest): Promise<Answer> {
    let wire = request
    for (let redirects = 0; ; redirects++) {
      const answer = await this.#once(wire)
      if (answer.status >= 200 && answer.status < 300) return answer
      const next = redirects < MAX_REDIRECTS ? redirectTarget(answer, wire) : undefined
      if (next === undefined) throw await failureOf(answer, asked)
      answer.discard()
      wire = { ...wire, url: next }
    }
  }

  async #once(attempted: Attempted): Promise<Answer> {
    const { body } = attempted
    const wire: WireRequest = { ...attempted, body: typeof body === 'function' ? body() : body }
    const asked = {
      url: `${wire.url.origin}${wire.url.pathname}`,
      signal: wire.signal,
      timeoutMs: this.#timeoutMs,
    }
    let data: Dispatcher.ResponseData
    try {
      data = await this.#transport().send(wire)
    } catch (cause) {
      throw connectionFailure(cause, asked)
    }
    return new Answer(data, asked)
  }

  #transport(): Transport {
    const origin = originOf(this)
    const transport = this.#transports.get(origin) ?? new Transport(this.#options, this.#timeoutMs)
    this.#transports.set(origin, transport)
    return transport
  }

  #report({ reason, attempt, attempts, waitSeconds }: Retry): void {
    const seconds = Number(waitSeconds.toFixed(1))
    const wait = seconds === 0 ? 'at once' : `in ${seconds} s`
    this.#log?.warn(
      { server: this.url, attempt, attempts, waitSeconds: seconds },
      `${reason.message.replace(/\.$/, '')}. Asking again ${wait} (attempt ${attempt} of ${attempts})`,
    )
  }
}

function originOf({ url }: { readonly url: string }): string {
  return new URL(url).origin
}

function redirectTarget({ status, headers }: Answer, { method, url }: Attempted): URL | undefined {
  const keepsMethod =
    status === 307 || status === 308 || (method === 'GET' && [301, 302, 303].includes(status))
  const target = keepsMethod ? URL.parse(headers['location'] ?? '', url.href) : null
  return target?.origin === url.origin ? target : undefined
}

async function failureOf(answer: Answer, asked: FailedRequest): Promise<Error> {
  const text = await answer.beginning(MAX_FAILURE_BYTES)
  return answerFailure({ status: answer.status, headers: answer.headers, text }, asked)
}

function objectOf(text: string, asked: FailedRequest): Readonly<Record<string, unknown>> {
  if (text.trim() === '') return {}
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw notJson(text, asked)
  }
  if (!isRecord(value)) throw notJson(text, asked)
  return value
}
