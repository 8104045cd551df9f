import type { IncomingMessage, ServerResponse } from 'node:http'
import { notImplemented, type ServingError } from '../../core/errors.ts'
import type { Refusal } from '../../runtime/admission/refusal.ts'
import { WORKSPACE } from '../../store/workspace.ts'
import type { BodyReader } from '../body-reader.ts'
import type { Exchange } from '../exchange.ts'
import type { RequestHead } from '../request-head.ts'
import { toldError } from '../told-error.ts'
import type { ApiExecutor } from './api-executor.ts'
import type { RoutedCall } from './api-route.ts'
import { bodySource, hasFieldsInBody } from './api-source.ts'
import { EndpointRouter } from './endpoint-router.ts'
import { HTML, METHOD_NOT_ALLOWED_PAGE, NOT_FOUND_PAGE } from './html-page.ts'
import { NotImplemented } from './not-implemented.ts'
import { type Page, serverPages } from './server-pages.ts'
import type { RequestTarget, StreamedRoutes } from './streamed-routes.ts'
import type { TrackingExposition } from './tracking-exposition.ts'

export interface TrackingRequestsInit {
  readonly executor: ApiExecutor | undefined
  readonly streamed: StreamedRoutes | undefined
  readonly bodies: BodyReader
  readonly exposition: TrackingExposition
  readonly staticPrefix: string
  readonly version: string
  /** From the body's end to the answer. */
  readonly requestTimeoutMs: number
}

const NO_ROOM: Refusal = {
  reason: 'bytes',
  message: 'The server holds as many bytes of request bodies as it may',
  retryAfterSeconds: 1,
}
const BODY_ADMISSION = { refuseBytes: () => NO_ROOM }

/** Also MLflow's text where workspaces are not switched on: what is meant for one must not end up in another. */
const NO_WORKSPACES = 'Workspace APIs are not available: workspaces are not enabled on this server'

const PAGE_VERBS: readonly string[] = ['GET', 'HEAD', 'OPTIONS']

/** Finds what a request is for, and sees that it is answered. */
export class TrackingRequests {
  readonly #init: TrackingRequestsInit
  readonly #router: EndpointRouter
  readonly #pages: ReadonlyMap<string, Page>
  readonly #notImplemented: NotImplemented
  readonly #metricsPath: string
  readonly #apiPaths: readonly string[]

  constructor(init: TrackingRequestsInit) {
    const { staticPrefix, executor, version } = init
    this.#init = init
    this.#router = new EndpointRouter(executor?.routes ?? [], staticPrefix)
    this.#pages = serverPages(staticPrefix, version)
    this.#notImplemented = new NotImplemented(staticPrefix)
    this.#metricsPath = `${staticPrefix}/metrics`
    this.#apiPaths = [`${staticPrefix}/api/`, `${staticPrefix}/ajax-api/`]
  }

  answer(
    exchange: Exchange,
    target: RequestTarget,
    request: IncomingMessage,
    response: ServerResponse,
  ): void {
    const { path } = target
    const verb = request.method ?? ''
    if (isForOtherWorkspace(exchange.request) && !this.#pages.has(path)) {
      exchange.fail(notImplemented(NO_WORKSPACES))
      return
    }
    const routed = this.#router.find(verb, path)
    if (routed?.call !== undefined) {
      exchange.route = routed.call.route.path
      void this.#call(exchange, routed.call, target.query)
    } else if (routed !== undefined) answerOtherVerb(exchange, routed.allowed, true)
    else if (this.#pages.has(path) || path === this.#metricsPath) this.#answerPage(exchange, verb, path)
    else if (!this.#streams(exchange, target, request, response)) this.#answerNothing(exchange, path)
  }

  /** Headers that all answers have must be on the response: these routes know nothing of the exchange. */
  #streams(
    exchange: Exchange,
    target: RequestTarget,
    request: IncomingMessage,
    response: ServerResponse,
  ): boolean {
    const { streamed } = this.#init
    if (streamed === undefined) return false
    const { headers } = exchange
    for (let i = 0; i < headers.length; i += 2) response.setHeader(headers[i]!, headers[i + 1]!)
    exchange.route = 'artifacts'
    const failed = (thrown: unknown): ServingError => {
      exchange.failure = thrown
      // What breaks off says in the log alone that it failed.
      if (response.headersSent) exchange.settle(500)
      return toldError(thrown, exchange.id)
    }
    if (streamed.handle(request, response, target, failed)) return true
    exchange.route = ''
    for (let i = 0; i < headers.length; i += 2) response.removeHeader(headers[i]!)
    return false
  }

  #answerPage(exchange: Exchange, verb: string, path: string): void {
    const page = this.#pages.get(path)
    exchange.route = path
    if (verb !== 'GET' && verb !== 'HEAD') answerOtherVerb(exchange, PAGE_VERBS, this.#isOfApi(path))
    else if (page === undefined) void this.#scrape(exchange)
    else exchange.send(200, page.contentType, page.body)
  }

  #isOfApi(path: string): boolean {
    return this.#apiPaths.some((start) => path.startsWith(start))
  }

  #answerNothing(exchange: Exchange, path: string): void {
    if (this.#init.executor === undefined && this.#isOfApi(path)) {
      exchange.send(503, HTML, artifactsOnly(path))
      return
    }
    const missing = this.#notImplemented.find(path)
    if (missing !== undefined) exchange.fail(missing)
    else exchange.send(404, HTML, NOT_FOUND_PAGE)
  }

  async #call(exchange: Exchange, call: RoutedCall, query: string): Promise<void> {
    const { bodies, executor, requestTimeoutMs } = this.#init
    try {
      const source = hasFieldsInBody(exchange.request, query) ? await this.#readBody(exchange) : { query }
      if (source === undefined) return
      exchange.limitTo(performance.now() + requestTimeoutMs)
      exchange.send(200, 'application/json', await executor!.execute(call, source, exchange))
    } catch (error) {
      exchange.fail(error)
    } finally {
      bodies.release(exchange)
    }
  }

  async #readBody(exchange: Exchange) {
    const body = await this.#init.bodies.read(exchange, BODY_ADMISSION)
    return body && bodySource(exchange.request, body)
  }

  async #scrape(exchange: Exchange): Promise<void> {
    try {
      const { contentType, text } = await this.#init.exposition.scrape()
      exchange.send(200, contentType, text)
    } catch (error) {
      exchange.fail(error)
    }
  }
}

function isForOtherWorkspace({ headers }: RequestHead): boolean {
  const workspace = headers['x-mlflow-workspace']
  return typeof workspace === 'string' && !['', WORKSPACE].includes(workspace.trim())
}

/** OPTIONS tells which verbs there are; of the API without a body, as in MLflow. */
function answerOtherVerb(exchange: Exchange, allowed: readonly string[], isApi: boolean): void {
  exchange.headers.push('allow', allowed.join(', '))
  if (exchange.request.method !== 'OPTIONS') exchange.send(405, HTML, METHOD_NOT_ALLOWED_PAGE)
  else exchange.sendEmpty(isApi ? 204 : 200)
}

function artifactsOnly(path: string): string {
  const safe = path.replace(/[^\w./-]/g, '')
  return (
    `Endpoint: ${safe} disabled due to the mlflow server running in \`--artifacts-only\` mode. To enable tracking ` +
    'server functionality, run `mlflow server` without `--artifacts-only`'
  )
}
