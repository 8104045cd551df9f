import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { BodyReader } from '../body-reader.ts'
import { Exchange } from '../exchange.ts'
import { ExchangeRegistry } from '../exchange-registry.ts'
import { createHttpServer } from '../http-server.ts'
import type { ListeningApp } from '../listening-app.ts'
import { NodeHttpChannel } from '../node-http-channel.ts'
import { Probes } from '../probes.ts'
import { ReplyBurst } from '../reply-burst.ts'
import { requestId } from '../request-id.ts'
import { DEFAULT_LIMITS, type ServerLimits } from '../server-options.ts'
import { childTraceparent } from '../trace-context.ts'
import { HTML, NOT_FOUND_PAGE } from './html-page.ts'
import { RequestSecurity } from './request-security.ts'
import { requestTarget } from './request-target.ts'
import { TrackingExposition } from './tracking-exposition.ts'
import { TrackingMetrics } from './tracking-metrics.ts'
import type { TrackingServerOptions } from './tracking-options.ts'
import { TrackingRequests } from './tracking-requests.ts'

/** Searches of models and versions come as GET: a filter with 3,000 ids of runs is 120 KB of query. */
const HEADER_BYTES = 128 * 1024

/**
 * The tracking server, built and not yet listening. It lives on node:http alone: its routes are the endpoint table,
 * which a router would have to be told one by one.
 */
export class TrackingApp implements ListeningApp {
  readonly server: Server
  readonly lane = undefined
  readonly registry: ExchangeRegistry
  readonly probes = new Probes()
  readonly options: TrackingServerOptions
  readonly #security: RequestSecurity | undefined
  readonly #requests: TrackingRequests
  readonly #replies = new ReplyBurst(() => {})

  constructor(options: TrackingServerOptions) {
    const { executor, streamed, security, staticPrefix, logger, version, accessLog = false } = options
    const limits: ServerLimits = { ...DEFAULT_LIMITS, headerBytes: HEADER_BYTES, ...options.limits }
    const metrics = new TrackingMetrics()
    const bodies = new BodyReader(limits)
    this.options = options
    this.registry = new ExchangeRegistry({ metrics, logger, accessLog })
    this.#security = security && new RequestSecurity({ ...security, staticPrefix })
    this.#requests = new TrackingRequests({
      ...{ executor, streamed, bodies, staticPrefix, version },
      exposition: new TrackingExposition({ metrics, executor, bodies, registry: this.registry }),
      requestTimeoutMs: limits.requestTimeoutMs,
    })
    this.server = createHttpServer(options, limits, (request, response) => this.#take(request, response))
    // An artifact takes as long as it takes; whoever reads a body sees that it goes on.
    this.server.requestTimeout = 0
  }

  /** Ends the threads that have the databases open; every request must have been answered. */
  async close(): Promise<void> {
    await this.options.executor?.close()
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    const exchange = new Exchange({
      request,
      channel: new NodeHttpChannel(request, response),
      body: undefined,
      startedAt: performance.now(),
      id: requestId(request),
      traceparent: childTraceparent(request.headers['traceparent']),
      observer: this.registry,
      replies: this.#replies,
    })
    this.registry.add(exchange)
    try {
      this.#answer(exchange, request, response)
    } catch (error) {
      // A defect must cost one request, not the process.
      exchange.fail(error)
    }
  }

  #answer(exchange: Exchange, request: IncomingMessage, response: ServerResponse): void {
    const target = requestTarget(request.url ?? '/')
    if (this.#security?.admit(exchange, target?.path ?? '') === false) return
    if (target === undefined) exchange.send(404, HTML, NOT_FOUND_PAGE)
    else this.#requests.answer(exchange, target, request, response)
  }
}
