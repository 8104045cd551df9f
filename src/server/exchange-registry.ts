import { performance } from 'node:perf_hooks'
import type { Logger } from 'pino'
import { UnorderedItems } from '../core/unordered-items.ts'
import { DeadlineWatch } from '../runtime/pool/deadline-watch.ts'
import type { ExchangeObserver } from './exchange.ts'
import type { OpenRequest } from './open-request.ts'
import { type LoggedRequest, RequestLog } from './request-log.ts'

const SWEEP_MS = 100

/** Counts requests as they end. */
export interface RequestRecorder {
  record(request: LoggedRequest, totalMs: number): void
}

/** Where several listeners have the connections of one port: evens them out. */
export interface ConnectionShare {
  /** Asked once for each answer. @param now `performance.now()`. @returns whether its connection is to be closed. */
  givesUp(now: number): boolean
}

/**
 * The exchanges that are not answered yet: their deadlines, and, once for each as it ends, its metrics and its
 * log line. Deadlines are looked at ten times a second, which is cheaper than a timer for each request.
 */
export class ExchangeRegistry implements ExchangeObserver {
  /** Replies close their connections, so that no new request comes over them. */
  draining = false
  /** Requests since the start. */
  entered = 0
  /** `performance.now()` when the last of them began. */
  lastStartedAt = Number.NEGATIVE_INFINITY
  /** Undefined where this server has all connections of its port, or is given them. */
  share: ConnectionShare | undefined
  readonly #open = new UnorderedItems<OpenRequest>()
  readonly #metrics: RequestRecorder
  readonly #log: RequestLog
  readonly #hurried = new DeadlineWatch<OpenRequest>((exchange) => exchange.expire())
  #sweeper: NodeJS.Timeout | undefined
  #emptied: (() => void) | undefined

  constructor(init: { metrics: RequestRecorder; logger: Logger; accessLog: boolean }) {
    this.#metrics = init.metrics
    this.#log = new RequestLog(init.logger, init.accessLog)
  }

  get size(): number {
    return this.#open.size
  }

  add(exchange: OpenRequest): void {
    this.entered += 1
    this.lastStartedAt = exchange.startedAt
    this.#open.add(exchange)
    this.#sweeper ??= setInterval(() => this.#sweep(), SWEEP_MS).unref()
  }

  hurried(exchange: OpenRequest): void {
    this.#hurried.add(exchange)
  }

  settled(exchange: OpenRequest): void {
    if (!this.#open.delete(exchange)) return
    if (exchange.wantedBy < Number.POSITIVE_INFINITY) this.#hurried.delete(exchange)
    const now = performance.now()
    if (this.draining) this.#drained(exchange)
    else if (!exchange.isFollowed && this.share?.givesUp(now) === true) exchange.endConnection()
    const totalMs = now - exchange.startedAt
    this.#metrics.record(exchange, totalMs)
    this.#log.tell(exchange, totalMs)
  }

  /** Resolves when every exchange is settled. */
  empty(): Promise<void> {
    if (this.#open.size === 0) return Promise.resolve()
    return new Promise((resolve) => {
      this.#emptied = resolve
    })
  }

  #drained(exchange: OpenRequest): void {
    exchange.endConnection()
    if (this.#open.size === 0) this.#emptied?.()
  }

  #sweep(): void {
    if (this.#open.size === 0) {
      clearInterval(this.#sweeper)
      this.#sweeper = undefined
    }
    const now = performance.now()
    for (const exchange of this.#open.list()) if (exchange.deadline <= now) exchange.expire()
  }
}
