import { performance } from 'node:perf_hooks'
import { unauthenticated } from '../core/errors.ts'
import type { ApiKeys } from './api-keys.ts'
import type { Cors } from './cors.ts'
import { Exchange } from './exchange.ts'
import type { ExchangeRegistry } from './exchange-registry.ts'
import { openInferenceErrorBody } from './open-inference/error-body.ts'
import { speaksOpenInference } from './open-inference/prefix.ts'
import { ReplyBurst } from './reply-burst.ts'
import type { ReplyChannel } from './reply-channel.ts'
import type { RequestHead } from './request-head.ts'
import { requestId } from './request-id.ts'
import { childTraceparent } from './trace-context.ts'

/** Routes that tell nothing but whether the server lives: a balancer asks them without a key. */
const OPEN_PATHS: ReadonlySet<string> = new Set([
  ...['/ping', '/health', '/version', '/ready'],
  ...['/v2/health/live', '/v2/health/live/', '/v2/health/ready', '/v2/health/ready/'],
])

export interface GateInit {
  readonly registry: ExchangeRegistry
  readonly apiKeys: ApiKeys | undefined
  readonly cors: Cors | undefined
  /** Health routes of platforms, which need no key either. */
  readonly openPaths?: readonly string[]
  /** Called now and then where many replies are written one after the other. */
  onPause(): void
}

/** What every request passes first: it gets its id and its place in the registry, and shows its key. */
export class Gate {
  readonly #registry: ExchangeRegistry
  readonly #apiKeys: ApiKeys | undefined
  readonly #cors: Cors | undefined
  readonly #openPaths: ReadonlySet<string>
  readonly #replies: ReplyBurst

  constructor(init: GateInit) {
    this.#registry = init.registry
    this.#replies = new ReplyBurst(init.onPause)
    this.#apiKeys = init.apiKeys
    this.#cors = init.cors
    this.#openPaths = new Set([...OPEN_PATHS, ...(init.openPaths ?? [])])
  }

  /**
   * The exchange to go on with; undefined where the request has been answered here.
   * @param body all of it, where it is there already
   * @param startedAt `performance.now()` where the head was there earlier than now
   */
  enter(
    request: RequestHead,
    channel: ReplyChannel,
    body?: Buffer,
    startedAt = performance.now(),
  ): Exchange | undefined {
    const exchange = new Exchange({
      request,
      channel,
      body,
      startedAt,
      id: requestId(request),
      traceparent: childTraceparent(request.headers['traceparent']),
      observer: this.#registry,
      replies: this.#replies,
    })
    if (speaksOpenInference(request.url)) exchange.errorBody = openInferenceErrorBody
    this.#registry.add(exchange)
    if (this.#cors !== undefined && this.#answersPreflight(exchange, this.#cors)) return undefined
    if (this.#apiKeys !== undefined && !this.#admits(exchange, this.#apiKeys)) return undefined
    return exchange
  }

  #answersPreflight(exchange: Exchange, cors: Cors): boolean {
    exchange.headers.push(...cors.replyHeaders(exchange.request))
    const granted = cors.preflightHeaders(exchange.request)
    if (granted === undefined) return false
    exchange.headers.push(...granted)
    exchange.sendEmpty(200)
    return true
  }

  #admits(exchange: Exchange, apiKeys: ApiKeys): boolean {
    if (this.#openPaths.has(exchange.path)) return true
    const shown = apiKeys.shownBy(exchange.request)
    if (shown >= 0) {
      if (apiKeys.count > 1) exchange.apiKey = shown
      return true
    }
    exchange.headers.push('www-authenticate', 'Bearer')
    exchange.fail(
      unauthenticated('A valid API key is needed: `Authorization: Bearer KEY` or `X-API-Key: KEY`.'),
    )
    return false
  }
}
